import { nearestName, type MillraceError, type Where } from '@millrace/base'
import { CFG_OVERRIDE } from '../errors.ts'
import type { Entry, NormalPipeline } from '../grammar/entry.ts'
import { entryKeys, innerKeys, pipelineKeys, policyKeys, settingKeys } from '../grammar/keys.ts'
import { readEntry } from '../grammar/read-entry.ts'
import type { LoadContext } from '../load-context.ts'
import {
  nodeOf,
  type ConfigNode,
  type MapEntry,
  type MapNode,
  type ValueOrigin,
} from './config-node.ts'

/** A value given outside of the file, with its path. */
export interface Override {
  readonly segments: readonly string[]
  readonly value: string
  readonly origin: ValueOrigin
  readonly where: Where
  /** As the user wrote it, for messages. */
  readonly text: string
}

/** An override of a parameter: it waits for the module, whose schema knows the names. */
export interface ParameterOverride {
  readonly entry: Entry
  readonly segments: readonly string[]
  readonly override: Override
}

const structuralKeys: Readonly<Record<string, readonly string[]>> = innerKeys
// Names at any depth below a key, for those that nest.
const nestedKeys: Readonly<Record<string, readonly string[]>> = {
  onError: Object.values(policyKeys).flat(),
  restart: [
    ...policyKeys.restart,
    ...policyKeys.restartBackoff,
    ...policyKeys.onEscalate,
    ...policyKeys.anew,
  ],
}
const plural: Readonly<Record<string, Entry['role']>> = {
  sources: 'source',
  stages: 'stage',
  sinks: 'sink',
  resources: 'resource',
}
const topKeys: readonly string[] = ['name', ...settingKeys]
const lone = ['source', 'sink', 'deadLetter']
// They make the graph and its names, by which overrides find their targets.
const fixed = ['id', 'outputs']

/** Overrides in the order in which they apply: environment first, flags last. */
export function readOverrides(
  set: readonly { readonly path: string; readonly value: string }[],
  env: Readonly<Record<string, string | undefined>>,
): readonly Override[] {
  const fromEnv = Object.keys(env)
    .toSorted()
    .flatMap((name): Override[] => {
      const value = env[name]
      const rest = /^MILLRACE_(.+)$/i.exec(name)?.[1]
      if (rest === undefined || value === undefined) return []
      const segments = rest.split('__').filter((segment) => segment !== '')
      const [first = ''] = segments
      // Other programs of ours read variables of the same prefix; only paths and names of keys are meant for us.
      if (segments.length < 2 && !pipelineKeys.some((key) => isSame(key, first))) return []
      const where = { file: 'environment', path: name }
      return [{ segments, value, origin: 'environment', where, text: name }]
    })
  const fromFlags = set.map(({ path, value }): Override => {
    const where = { file: '--set', path }
    return { segments: path.split('.'), value, origin: 'flag', where, text: `--set ${path}` }
  })
  return [...fromEnv, ...fromFlags]
}

/** Puts overrides into the normal form and hands back those of parameters. One without a target is a fault. */
export function applyOverrides(
  pipeline: NormalPipeline,
  overrides: readonly Override[],
  context: LoadContext,
): readonly ParameterOverride[] {
  return overrides.flatMap((override) => {
    const found = applyOne(pipeline, override, context)
    return found === undefined ? [] : [found]
  })
}

function applyOne(
  pipeline: NormalPipeline,
  override: Override,
  context: LoadContext,
): ParameterOverride | undefined {
  const all = override.segments
  const [first, ...rest] = all[0] !== undefined && isSame(all[0], 'pipeline') ? all.slice(1) : all
  const refuse = refuser(override, context)
  const top = pick(first ?? '', [...topKeys, ...lone, ...Object.keys(plural)])
  if (top === undefined) return refuse(first ?? '', [...topKeys, ...lone, ...Object.keys(plural)])
  if (topKeys.includes(top)) {
    setStructural(pipeline.keys, top, rest, override, context, structuralKeys[top])
    return undefined
  }
  const role = plural[top]
  let entry: Entry | undefined
  let steps = rest
  if (role === undefined) {
    entry = pipeline.entries.find((candidate) => candidate.path === top)
    const ids = pipeline.entries.filter(({ role }) => role === top).map(({ path }) => path)
    if (entry === undefined && ids.length === 0) {
      return addEntry(pipeline, top, rest, override, context)
    }
    if (entry === undefined) return refuse(first ?? '', ids)
  } else {
    const own = pipeline.entries.filter((candidate) => candidate.role === role)
    const ids = own.map(({ id }) => id)
    const id = pick(rest[0] ?? '', ids)
    entry = own.find((candidate) => candidate.id === id)
    if (entry === undefined) return refuse(rest[0] ?? '', ids)
    steps = rest.slice(1)
  }
  const keys = ['parameters', ...entryKeys[entry.role].filter((key) => !fixed.includes(key))]
  const key = pick(steps[0] ?? '', keys)
  if (key === undefined) {
    const isOurs = steps[0] === undefined || pick(steps[0], fixed) !== undefined
    const hint = isOurs ? undefined : belowParameters(override, all.length - steps.length)
    return refuse(steps[0] ?? '', [...new Set(keys)], hint)
  }
  if (key === 'parameters') return { entry, segments: steps.slice(1), override }
  const known = key === 'restart' ? undefined : structuralKeys[key]
  setStructural(entry.keys, key, steps.slice(1), override, context, known)
  if (key === 'module') entry.module = override.value
  return undefined
}

/** How to write the override where its name is a parameter of the module. */
function belowParameters({ origin, segments }: Override, depth: number): string {
  const path = segments.toSpliced(depth, 0, 'parameters')
  const written = origin === 'flag' ? path.join('.') : `MILLRACE_${path.join('__').toUpperCase()}`
  return `A parameter of its module is written ${written}.`
}

/** The source, sink or dead letter sink that the file leaves out, in its short form: `deadLetter.file=rejected.jsonl`. */
function addEntry(
  pipeline: NormalPipeline,
  key: string,
  [name = '', ...segments]: readonly string[],
  override: Override,
  context: LoadContext,
): ParameterOverride | undefined {
  const { where, origin } = override
  const role = key === 'source' ? 'source' : 'sink'
  // Variables are often written in capitals; names of modules never are.
  const module = origin === 'environment' ? name.toLowerCase() : name
  const isModule = module !== '' && pick(module, entryKeys[role]) === undefined
  if (!isModule || pipeline.entries.some(({ id }) => id === key)) {
    context.faults.push(nothingThere(key, override))
    return undefined
  }
  const value = nodeOf(override.value, where, origin)
  const node: MapNode = {
    kind: 'map',
    where,
    origin,
    entries: new Map([[module, { key: module, where, value }]]),
  }
  const place = { role, isDeadLetter: key === 'deadLetter', id: key } as const
  const entry = readEntry(node, place, context.faults)
  if (entry === undefined) return undefined
  entry.path = key
  entry.addedBy = override
  pipeline.entries.push(entry)
  pipeline.keys.set(key, { key, where, value: node })
  if (segments.length === 0) return undefined
  // The module's schema knows the names.
  entry.parameters = undefined
  return { entry, segments, override }
}

/** The fault of an override that finds neither an entry nor a module to add one with. */
export function nothingThere(
  key: string,
  { text, where }: Pick<Override, 'text' | 'where'>,
  more = '',
): MillraceError {
  const file = { source: 'flights', sink: 'results' }[key] ?? 'rejected'
  const hint = `Name its module: ${key}.file=${file}.jsonl adds one.`
  return CFG_OVERRIDE({ text, problem: `the job has no ${key}${more}`, known: [], hint }, where)
}

/** Keys that can be one value in the place of a map. */
const shortForms = ['checkpoint', 'parallel']

function setStructural(
  keys: Map<string, MapEntry>,
  key: string,
  rest: readonly string[],
  override: Override,
  context: LoadContext,
  known: readonly string[] | undefined,
): void {
  const names = rest.map((name, index) => {
    const own = index === 0 ? [...(known ?? []), ...keysOf(keys.get(key)?.value)] : []
    const existing = [...own, ...(nestedKeys[key] ?? [])]
    return pick(name, existing) ?? name
  })
  const [child] = names
  const ends = names.length <= 1 || child === 'onEscalate'
  const isWhole = child === undefined && shortForms.includes(key)
  const isUnknown = child === undefined || !known?.includes(child) || !ends
  if (known !== undefined && isUnknown && !isWhole) {
    refuser(override, context)(child ?? key, known)
  } else setIn(keys, [key, ...names], override, context)
}

/** Puts the value at the path, making maps on the way. A step into a list is the index of an item it has. */
export function setIn(
  entries: Map<string, MapEntry>,
  path: readonly string[],
  override: Override,
  context: LoadContext,
): void {
  const [key, ...rest] = path
  if (key === undefined) return
  const { where } = override
  const value = changed(entries.get(key)?.value, rest, override, context)
  if (value !== undefined) entries.set(key, { key, where, value })
}

/** The node with the value at the path; undefined, and a fault, where a list has no such item. */
function changed(
  node: ConfigNode | undefined,
  path: readonly string[],
  override: Override,
  context: LoadContext,
): ConfigNode | undefined {
  const { where, origin, value } = override
  const [step, ...rest] = path
  if (step === undefined) return nodeOf(value, where, origin)
  if (node?.kind === 'list') {
    const indexes = keysOf(node)
    if (!indexes.includes(step)) return refuser(override, context)(step, indexes)
    const item = changed(node.items[Number(step)], rest, override, context)
    return item && { ...node, items: node.items.with(Number(step), item) }
  }
  const map: MapNode =
    node?.kind === 'map' ? node : { kind: 'map', where, origin, entries: new Map() }
  setIn(map.entries, path, override, context)
  return map
}

/** The fault of an override that has no target. */
export function refuser(
  override: Override,
  context: LoadContext,
): (name: string, known: readonly string[], otherwise?: string) => undefined {
  return (name, known, otherwise) => {
    const { text, where } = override
    const problem = name === '' ? 'its path ends too early' : `"${name}" is unknown`
    // Of a list all indexes are near.
    const names = known.includes('0') ? [] : known
    const near =
      nearestName(name, names) ??
      nearestName(
        name.replaceAll('_', ''),
        names.map((candidate) => candidate.replaceAll('-', '')),
      )
    const hint = near === undefined ? otherwise : undefined
    context.faults.push(CFG_OVERRIDE({ text, problem, near, known, hint }, where))
    return undefined
  }
}

/** The candidate that a name means: the same letters, or the same without case, dashes and underscores. */
export function pick(name: string, candidates: readonly string[]): string | undefined {
  return (
    candidates.find((candidate) => candidate === name) ??
    candidates.find((candidate) => isSame(candidate, name))
  )
}

const isSame = (a: string, b: string): boolean => bare(a) === bare(b)
const bare = (name: string): string => name.replaceAll(/[-_/]/g, '').toLowerCase()

/** What a path may name inside a node: the keys of a map, the indexes of a list. */
export function keysOf(node: ConfigNode | undefined): readonly string[] {
  if (node?.kind === 'list') return node.items.map((_, index) => String(index))
  return node?.kind === 'map' ? [...node.entries.keys()] : []
}
