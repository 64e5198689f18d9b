import {
  describeNode,
  type ConfigNode,
  type ListNode,
  type MapNode,
} from '../document/config-node.ts'
import { CFG_TYPE } from '../errors.ts'
import { checkKeys } from '../grammar/check-keys.ts'
import type { LoadContext } from '../load-context.ts'

/** Adds what a nested file may use, `env` and `plugins.use`, to what the job may. */
export function addNames(from: MapNode, to: MapNode, context: LoadContext): void {
  addList(from, to, 'env', context)
  const plugins = from.entries.get('plugins')
  if (plugins === undefined) return
  const { value } = plugins
  if (value.kind !== 'map') {
    const got = describeNode(value)
    context.faults.push(
      CFG_TYPE({ what: '"plugins"', expected: 'a map with use', got }, value.where),
    )
    return
  }
  // What may be loaded is for the job to say.
  checkKeys(value.entries, '"plugins" of a pipeline that is a stage', ['use'], [], context.faults)
  const own = to.entries.get('plugins')
  if (own === undefined) {
    const empty: MapNode = { ...value, entries: new Map() }
    to.entries.set('plugins', { ...plugins, value: empty })
  }
  const target = to.entries.get('plugins')?.value
  if (target?.kind === 'map') addList(value, target, 'use', context)
}

function addList(from: MapNode, to: MapNode, key: string, context: LoadContext): void {
  const added = from.entries.get(key)
  if (added === undefined) return
  const { value } = added
  if (value.kind !== 'list') {
    const expected = 'a list of texts'
    context.faults.push(
      CFG_TYPE({ what: `"${key}"`, expected, got: describeNode(value) }, value.where),
    )
    return
  }
  const own = to.entries.get(key) ?? { ...added, value: { ...value, items: [] } }
  // What is no list has its fault with the job.
  if (own.value.kind !== 'list') return
  const known = own.value.items.map(textOf)
  const items = value.items
    .map((item) => asOfJob(item, context))
    .filter((item) => !known.includes(textOf(item)))
  const both: ListNode = { ...own.value, items: [...own.value.items, ...items] }
  to.entries.set(key, { ...own, value: both })
}

/** A path counts from the file it stands in. */
function asOfJob(item: ConfigNode, context: LoadContext): ConfigNode {
  if (item.kind !== 'scalar' || typeof item.value !== 'string') return item
  const text = context.moduleOf(item.text, item.where)
  return { ...item, text, value: text }
}

const textOf = (item: ConfigNode): string => (item.kind === 'scalar' ? item.text : '')
