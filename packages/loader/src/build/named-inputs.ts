import { idPattern, type MillraceError } from '@millrace/base'
import { describeNode } from '../document/config-node.ts'
import { CFG_ID, CFG_INPUTS } from '../errors.ts'
import type { Entry } from '../grammar/entry.ts'

const sides: readonly string[] = ['left', 'right']

/** What `from` calls the inputs of a stage that leaves their names to the job; a list of two is left and right. */
export function namedInputs(entry: Entry): readonly string[] {
  const from = entry.keys.get('from')?.value
  if (from?.kind === 'map' && from.entries.size > 0) return [...from.entries.keys()]
  // Where `from` has a fault, `by` is taken at its word: it gets no second one.
  const by = entry.keys.get('by')?.value
  return from?.kind !== 'list' && by?.kind === 'map' ? [...by.entries.keys()] : sides
}

/** What is wrong with the names that `from` gives to inputs. */
export function namingFault(entry: Entry): MillraceError | undefined {
  const from = entry.keys.get('from')?.value
  const expected = 'two or more, named by "from"'
  const hint = 'Write from: { order: orders, payment: payments }, with names of your choice.'
  const refuse = (got: string): MillraceError =>
    CFG_INPUTS({ id: entry.id, expected, got, hint }, from?.where ?? entry.where)
  if (from === undefined) return refuse('no "from"')
  if (from.kind === 'list') {
    return from.items.length === sides.length ? undefined : refuse(`a list of ${from.items.length}`)
  }
  if (from.kind !== 'map') return refuse(describeNode(from))
  const names = [...from.entries.keys()]
  if (names.length < 2) return refuse(names.join(', ') || 'none')
  const odd = names.find((name) => !idPattern.test(name))
  return odd === undefined ? undefined : CFG_ID({ id: odd }, from.entries.get(odd)?.where)
}
