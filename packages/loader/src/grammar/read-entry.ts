import { nearestName, type MillraceError } from '@millrace/base'
import { CFG_MODULE_KEY, CFG_NOT_BUILT, CFG_TYPE, CFG_UNKNOWN_KEY } from '../errors.ts'
import {
  describeNode,
  type ConfigNode,
  type MapEntry,
  type MapNode,
} from '../document/config-node.ts'
import type { Entry, Nest, Upstream } from './entry.ts'
import { entryKeys, futureEntryKeys, isExtension, type Role } from './keys.ts'

/** What stands where an entry is expected. */
export interface Place {
  readonly role: Role
  readonly isDeadLetter?: boolean
  /** From the key of `sources:` or `sinks:`. */
  readonly id?: string
  readonly upstream?: readonly Upstream[] | undefined
  readonly within?: Nest | undefined
}

// Dead letters come by themselves, and where they cannot be written the job stops.
const automatic: readonly string[] = ['from', 'onError']

/** Reads `- log`, `- filter: delay > 15` or the long form. Undefined where no module can be made out. */
export function readEntry(
  node: ConfigNode,
  place: Place,
  faults: MillraceError[],
): Entry | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    return makeEntry(place, node.value, node.where, new Map(), undefined)
  }
  if (node.kind !== 'map') {
    const what = `${place.role === 'emitter' ? 'An' : 'A'} ${place.role}`
    const expected = 'a module name or a map with one'
    faults.push(CFG_TYPE({ what, expected, got: describeNode(node) }, node.where))
    return undefined
  }
  const known = entryKeys[place.role]
  const future = futureEntryKeys[place.role]
  const keys = new Map<string, MapEntry>()
  const others: MapEntry[] = []
  for (const entry of node.entries.values()) {
    if (place.isDeadLetter === true && automatic.includes(entry.key)) {
      const allowed = known.filter((key) => !automatic.includes(key))
      const of = 'the dead letter sink'
      faults.push(CFG_UNKNOWN_KEY({ key: entry.key, of, known: allowed }, entry.where))
    } else if (known.includes(entry.key) || isExtension(entry.key)) keys.set(entry.key, entry)
    else if (future.includes(entry.key)) {
      faults.push(CFG_NOT_BUILT({ key: entry.key, of: `a ${place.role}` }, entry.where))
    } else others.push(entry)
  }
  return keys.has('module')
    ? readLong(node, place, keys, others, faults)
    : readShort(node, place, keys, others, faults)
}

function readLong(
  node: MapNode,
  place: Place,
  keys: Map<string, MapEntry>,
  others: readonly MapEntry[],
  faults: MillraceError[],
): Entry | undefined {
  for (const other of others) faults.push(unknownKey(other, place.role))
  const module = keys.get('module')?.value
  if (module?.kind !== 'scalar' || typeof module.value !== 'string' || module.value === '') {
    const got = describeNode(module)
    const expected = 'the name of a module'
    faults.push(CFG_TYPE({ what: '"module"', expected, got }, module?.where ?? node.where))
    return undefined
  }
  const parameters = keys.get('parameters')?.value
  const isNothing = parameters?.kind === 'scalar' && parameters.value === null
  if (parameters !== undefined && parameters.kind !== 'map' && !isNothing) {
    const got = describeNode(parameters)
    const expected = 'a map of parameters'
    faults.push(CFG_TYPE({ what: '"parameters"', expected, got }, parameters.where))
    return undefined
  }
  return makeEntry(place, module.value, module.where, keys, isNothing ? undefined : parameters)
}

function readShort(
  node: MapNode,
  place: Place,
  keys: Map<string, MapEntry>,
  others: readonly MapEntry[],
  faults: MillraceError[],
): Entry | undefined {
  const { role } = place
  const [first, second] = others
  if (first === undefined) {
    const got = node.entries.size === 0 ? 'an empty map' : 'none'
    const hint = `Write the module first, such as ${role === 'stage' ? 'filter: delay > 15' : 'file: flights.jsonl'}.`
    faults.push(CFG_MODULE_KEY({ kind: role, got, hint }, node.where))
    return undefined
  }
  // A key that looks like one of ours is a slip; the other one is the module.
  const modules = others.filter((entry) => nearKey(entry.key, role) === undefined)
  if (second !== undefined && modules.length === 1) {
    for (const other of others) if (other !== modules[0]) faults.push(unknownKey(other, role))
  } else if (second !== undefined) {
    const got = others.map((entry) => `"${entry.key}"`).join(' and ')
    const hint = `Make each its own ${role}, or move parameters below the module.`
    faults.push(CFG_MODULE_KEY({ kind: role, got, hint }, second.where))
    return undefined
  }
  const module = modules.length === 1 ? (modules[0] ?? first) : first
  const misplaced = keys.get('parameters')
  if (misplaced !== undefined) {
    const hint = `Write module: ${module.key} beside parameters, or the parameters below ${module.key}.`
    const got = `"${module.key}" with "parameters" beside it`
    faults.push(CFG_MODULE_KEY({ kind: role, got, hint }, misplaced.where))
  }
  const { value } = module
  if (value.kind === 'list') {
    const got = describeNode(value)
    const expected = 'a map of parameters or a scalar'
    faults.push(CFG_TYPE({ what: `"${module.key}"`, expected, got }, value.where))
    return undefined
  }
  const isNothing = value.kind === 'scalar' && value.value === null && value.text === ''
  return makeEntry(place, module.key, module.where, keys, isNothing ? undefined : value)
}

function makeEntry(
  place: Place,
  module: string,
  where: Entry['where'],
  keys: Map<string, MapEntry>,
  parameters: ConfigNode | undefined,
): Entry {
  const { role, isDeadLetter = false, id = '', upstream, within } = place
  return { role, isDeadLetter, module, where, path: '', id, keys, parameters, upstream, within }
}

function unknownKey(entry: MapEntry, role: Role): MillraceError {
  const known = entryKeys[role]
  const near = nearKey(entry.key, role)
  return CFG_UNKNOWN_KEY({ key: entry.key, of: `a ${role}`, near, known }, entry.where)
}

const nearKey = (key: string, role: Role): string | undefined => nearestName(key, entryKeys[role])
