import type { MillraceError, Where } from '@millrace/base'
import {
  describeNode,
  type ConfigNode,
  type ListNode,
  type MapEntry,
  type MapNode,
  type ScalarNode,
} from '../document/config-node.ts'
import { CFG_MISSING, CFG_TYPE } from '../errors.ts'
import { checkKeys } from './check-keys.ts'
import { nestKeys } from './keys.ts'
import { moduleName, type Nest } from './entry.ts'

/** `- pipeline: …` or `- choose: …`, taken apart. */
export interface NestForm extends Pick<Nest, 'module' | 'where' | 'keys' | 'isFile'> {
  readonly kind: 'pipeline' | 'choose'
  readonly value: ConfigNode
}

/** One of the two lists of a choice. */
interface Branch {
  readonly key: 'then' | 'else'
  readonly where: Where
  readonly items: readonly ConfigNode[]
}

/** Undefined for an ordinary stage. */
export function nestFormOf(node: ConfigNode): NestForm | undefined {
  if (node.kind !== 'map' || node.entries.has('module')) return undefined
  for (const kind of ['pipeline', 'choose'] as const) {
    const form = node.entries.get(kind)
    if (form === undefined) continue
    const { value, where } = form
    const file = value.where.file ?? ''
    // The stages of a file have taken the place of its name.
    const isFile = kind === 'pipeline' && value.kind === 'map' && file !== where.file
    const keys = new Map([...node.entries].filter(([key]) => key !== kind))
    const module = isFile ? moduleName(file.replaceAll('\\', '/')) : kind
    return { kind, where, value, keys, isFile, module }
  }
  return undefined
}

/** The stages of `pipeline`; without them a fault. */
export function readNested(form: NestForm, faults: MillraceError[]): readonly ConfigNode[] {
  const { isFile, value, where } = form
  checkKeys(form.keys, '"pipeline" as a stage', nestKeys.pipeline, [], faults)
  if (value.kind !== 'map') {
    // A name in the place of a file has its fault already.
    if (value.kind === 'scalar' && typeof value.value === 'string') return []
    const expected = 'the path of a file or a map with stages'
    faults.push(CFG_TYPE({ what: '"pipeline"', expected, got: describeNode(value) }, value.where))
    return []
  }
  const known = isFile ? nestKeys.file : nestKeys.inline
  checkKeys(value.entries, 'a pipeline that is a stage', known, [], faults)
  return stagesOf(value, 'stages', where, faults)?.items ?? []
}

/** Condition and lists of `choose`, `then` first; undefined with faults. */
export function readChoice(
  form: NestForm,
  faults: MillraceError[],
): { readonly when: MapEntry; readonly branches: readonly Branch[] } | undefined {
  const { keys, value, where } = form
  checkKeys(keys, '"choose"', nestKeys.choose, [], faults)
  if (value.kind !== 'map') {
    const expected = 'a map with when, then and else'
    faults.push(CFG_TYPE({ what: '"choose"', expected, got: describeNode(value) }, value.where))
    return undefined
  }
  checkKeys(value.entries, '"choose"', nestKeys.choice, [], faults)
  const when = value.entries.get('when')
  if (when === undefined) {
    const hint = 'Add the condition, such as when: amount > 100.'
    faults.push(CFG_MISSING({ what: 'when', of: '"choose"', hint }, where))
  }
  const lists = [stagesOf(value, 'then', where, faults)]
  if (value.entries.has('else')) lists.push(stagesOf(value, 'else', where, faults))
  if (when === undefined || lists.includes(undefined)) return undefined
  const branches = (['then', 'else'] as const).map((key, index) => ({
    key,
    where: value.entries.get(key)?.where ?? where,
    // Without `else` the others go on as they are.
    items: lists[index]?.items ?? [],
  }))
  return { when, branches }
}

/** The stage that chooses: a route to `then`, and to `else` for the others. */
export function routeOf({ value, where }: MapEntry): MapNode {
  const { origin } = value
  const map = (...entries: readonly MapEntry[]): MapNode => {
    return { kind: 'map', where, origin, entries: new Map(entries.map((one) => [one.key, one])) }
  }
  const rest: ScalarNode = { kind: 'scalar', where, origin, value: true, text: 'true' }
  const routes = map({ key: 'then', where: value.where, value })
  const parameters = map(
    { key: 'routes', where, value: routes },
    { key: 'else', where, value: rest },
  )
  return map({ key: 'route', where, value: parameters })
}

function stagesOf(
  map: MapNode,
  key: string,
  where: Where,
  faults: MillraceError[],
): ListNode | undefined {
  const value = map.entries.get(key)?.value
  if (value?.kind === 'list' && (value.items.length > 0 || key !== 'stages')) return value
  const got = value?.kind === 'list' ? 'an empty list' : describeNode(value)
  const what = `"${key}"`
  faults.push(CFG_TYPE({ what, expected: 'a list of stages', got }, value?.where ?? where))
  return undefined
}
