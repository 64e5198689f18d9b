import { basename } from 'node:path'
import type { JsonSchema } from '@millrace/sdk'
import { isMillraceError, type MillraceError, placed, type Where } from '@millrace/base'
import { describeNode, joinPath, type ConfigNode, type MapNode } from '../document/config-node.ts'
import { keysOf, pick, refuser, setIn, type ParameterOverride } from '../document/overrides.ts'
import { CFG_MAIN, CFG_PARAMETER, CFG_UNKNOWN_PARAMETER } from '../errors.ts'
import type { Entry } from '../grammar/entry.ts'
import type { LoadContext } from '../load-context.ts'
import type { LoadedModule } from '../modules/modules.ts'
import { validateParameters } from '../modules/parameters.ts'
import { type NamedModules, ParameterReader, typeNames } from './read-parameters.ts'
import { branchesOf, childSchema, propertyNames } from './schema-view.ts'

type WithParameters = LoadedModule<
  'source' | 'stage' | 'sink' | 'resource' | 'watermarks' | 'emitter' | 'detector'
>

/** Loads the modules that parameters name. */
type LoadNamed = (map: MapNode, schema: JsonSchema) => Promise<NamedModules>

/** The validated parameters of an entry; undefined where their values have faults. */
export async function checkParameters(
  entry: Entry,
  loaded: WithParameters,
  overrides: readonly ParameterOverride[],
  context: LoadContext,
  loadNamed?: LoadNamed,
): Promise<{ readonly value: unknown } | undefined> {
  const before = context.faults.length
  const node = toMap(entry, loaded, context)
  if (node === undefined && context.faults.length > before) return undefined
  const map = override(entry, node, loaded.schema, overrides, context)
  entry.parameters = map
  const named = map === undefined ? undefined : await loadNamed?.(map, loaded.schema)
  const value = new ParameterReader(entry, loaded.schema, context, named).read(map)
  // A parameter nobody knows leaves the others to be judged; a wrong value, what follows from it unjudged.
  const wrong = context.faults
    .slice(before)
    .filter(({ code }) => code !== CFG_UNKNOWN_PARAMETER.code)
  const known = new Set(wrong.map((fault) => fault.where.path ?? ''))
  let result: ReturnType<typeof validateParameters>
  try {
    result = validateParameters(loaded.definition, value, loaded.schema)
  } catch (error) {
    if (!isMillraceError(error)) throw error
    context.faults.push(at(error, entry.where))
    return undefined
  }
  if ('value' in result) return wrong.length > 0 ? undefined : result
  for (const issue of result.issues) {
    const where = locate(map, issue.path, entry.where)
    if (isKnown(where.path ?? '', known)) continue
    const name = issue.path.reduce<string>(joinPath, '')
    const found = sentence(issue.message, nodeAt(map, issue.path), issue.hint)
    const what = name === '' ? `The parameters of ${loaded.specifier}` : `Parameter "${name}"`
    const problem = name === '' ? found.problem.replace(/^is /, 'are ') : found.problem
    context.faults.push(CFG_PARAMETER({ what, problem, hint: found.hint }, where))
  }
  return undefined
}

/** The same error at a place; what it knows of its place already is kept. One of another file also says where the job names it. */
export function at(error: MillraceError, where: Where): MillraceError {
  if (error.where.file !== undefined && error.where.file !== where.file) {
    const { file = '', line, column } = where
    const place = [basename(file), line, column].filter((part) => part !== undefined).join(':')
    return placed(error, { ...error.where, path: `${where.path ?? 'named'} of ${place}` })
  }
  return placed(error, { ...where, ...error.where })
}

/** The place inside an entry's parameters; what is missing is placed where it would stand. */
export function locate(
  node: ConfigNode | undefined,
  path: readonly (string | number)[],
  otherwise: Where,
): Where {
  let where = node?.where ?? otherwise
  let current = node
  for (const step of path) {
    if (current?.kind === 'map' && current.entries.has(String(step))) {
      const entry = current.entries.get(String(step))
      where = entry?.value.where ?? where
      current = entry?.value
    } else if (current?.kind === 'list' && current.items[Number(step)] !== undefined) {
      current = current.items[Number(step)]
      where = current?.where ?? where
    } else return where
  }
  return where
}

function nodeAt(
  node: ConfigNode | undefined,
  path: readonly (string | number)[],
): ConfigNode | undefined {
  let current = node
  for (const step of path) {
    current =
      current?.kind === 'map'
        ? current.entries.get(String(step))?.value
        : current?.kind === 'list'
          ? current.items[Number(step)]
          : undefined
  }
  return current
}

/** The short form's scalar becomes the main parameter. */
function toMap(entry: Entry, loaded: WithParameters, context: LoadContext): MapNode | undefined {
  const node = entry.parameters
  if (node === undefined || node.kind === 'map') return node
  const { main } = loaded.definition
  const { where, origin } = node
  if (main === undefined) {
    const parameters = propertyNames(branchesOf(loaded.schema, loaded.schema))
    const got = describeNode(node)
    context.faults.push(CFG_MAIN({ module: entry.module, got, parameters }, where))
    return undefined
  }
  return {
    kind: 'map',
    where,
    origin,
    entries: new Map([[main, { key: main, where, value: node }]]),
  }
}

function override(
  entry: Entry,
  node: MapNode | undefined,
  schema: JsonSchema,
  overrides: readonly ParameterOverride[],
  context: LoadContext,
): MapNode | undefined {
  let map = node
  for (const { segments, override } of overrides) {
    const { where, origin } = override
    map ??= { kind: 'map', where: entry.where, origin, entries: new Map() }
    let branches = branchesOf(schema, schema)
    let current: ConfigNode | undefined = map
    const names: string[] = []
    let isKnown = segments.length > 0
    if (!isKnown) refuser(override, context)('', propertyNames(branches))
    for (const segment of segments) {
      const isList: boolean = current?.kind === 'list'
      const own = keysOf(current)
      const known = isList ? own : [...new Set([...propertyNames(branches), ...own])]
      const child = childSchema(branches, segment, schema)
      const isFree = !isList && isOpen(branches, child)
      const name = pick(segment, known) ?? (isFree ? segment : undefined)
      if (name === undefined) {
        refuser({ ...override, where }, context)(segment, known)
        isKnown = false
        break
      }
      names.push(name)
      branches = isList
        ? branches.flatMap(({ items }) => branchesOf(items, schema))
        : childSchema(branches, name, schema)
      current = nodeAt(current, [name])
    }
    if (isKnown) setIn(map.entries, names, override, context)
  }
  return map
}

/** Whether a map takes any key: a schema that says nothing, or one for all other keys. */
function isOpen(branches: readonly JsonSchema[], child: readonly JsonSchema[]): boolean {
  return (
    child.length > 0 ||
    branches.length === 0 ||
    branches.some(
      ({ properties, additionalProperties: others }) =>
        others === true || (others === undefined && properties === undefined),
    )
  )
}

/** A validator's message as the rest of `Parameter "x" …`. */
function sentence(message: string, node: ConfigNode | undefined, hint: string | undefined) {
  const text = message.replace(/^Invalid input: /, '').replace(/\.$/, '')
  if (node === undefined && text.endsWith('received undefined')) {
    const type = text.replace(/^expected /, '').replace(/, received undefined$/, '')
    const expected = typeNames[type] ?? type
    return { problem: `is missing; expected ${expected}`, hint: hint ?? 'Add it.' }
  }
  if (/^(?:must|is|has|needs|takes|cannot) /.test(text)) return { problem: text, hint }
  const got = node === undefined ? '' : `; got ${describeNode(node)}`
  return { problem: `is refused: ${text}${got}`, hint }
}

const isKnown = (path: string, known: ReadonlySet<string>): boolean =>
  [...known].some((other) => other === path || (other !== '' && other.startsWith(`${path}.`)))
