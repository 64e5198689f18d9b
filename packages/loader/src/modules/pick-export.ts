import type { StageDefinition, StageInstance } from '@millrace/sdk'
import { nearestName } from '@millrace/base'
import { aKind } from './kind-name.ts'
import { checkDefinition } from './check-definition.ts'
import { CFG_MODULE_AMBIGUOUS, CFG_MODULE_EXPORT, CFG_MODULE_KIND } from './errors.ts'
import type { FoundModule } from './find-module.ts'
import type { Definitions, Kind } from './modules.ts'
import { anyParameters, noParameters } from './parameters.ts'

type Exports = Readonly<Record<string, unknown>>

interface Picked<K extends Kind> {
  readonly export: string
  readonly definition: Definitions[K]
}

/**
 * Picks what fits the place: the export after the `#`, else the default export, the one with the plugin's name, the only one.
 * Definitions come before classes, classes before functions. Throws CFG_MODULE_* errors.
 */
export function pickExport<K extends Kind>(
  exports: Exports,
  kind: K,
  found: FoundModule,
): Picked<K> {
  const name =
    found.export === undefined ? pickName(exports, kind, found) : named(exports, kind, found)
  const value = exports[name]
  if (kindOf(value) === undefined) {
    return { export: name, definition: synthesize(value as Code, name, found) as Definitions[K] }
  }
  return { export: name, definition: checkDefinition(value, kind, found.specifier) }
}

/** Everything of a kind that a module exports, each once. */
export function definitionsOf<K extends Kind>(
  exports: Exports,
  kind: K,
  specifier: string,
): readonly Definitions[K][] {
  const values = new Set(Object.values(exports).filter((value) => kindOf(value) === kind))
  return [...values].map((value) => checkDefinition(value, kind, specifier))
}

function named(exports: Exports, kind: Kind, found: FoundModule): string {
  const wanted = found.export ?? 'default'
  const has = Object.keys(exports)
  const byName = has.find((key) => kindOf(exports[key]) === kind && nameOf(exports[key]) === wanted)
  const name = wanted in exports ? wanted : byName
  const specifier = found.specifier.slice(0, -wanted.length - 1)
  if (name === undefined) {
    throw CFG_MODULE_EXPORT({ specifier, export: wanted, has, near: nearestName(wanted, has) })
  }
  if (!fits(exports[name], kind)) throw unfit({ [name]: exports[name] }, kind, found.specifier)
  return name
}

function pickName(exports: Exports, kind: Kind, found: FoundModule): string {
  if (fits(exports['default'], kind)) return 'default'
  const names = Object.keys(exports)
  // A package exports classes and functions for other purposes too: there only a # or the default export makes one a stage.
  const code = found.package === undefined ? [isStageClass, isPlainFunction] : []
  for (const tier of [isDefinitionOf(kind), ...code]) {
    const candidates = names.filter((name) => tier(exports[name]) && fits(exports[name], kind))
    const first = candidates[0]
    if (first === undefined) continue
    if (new Set(candidates.map((name) => exports[name])).size === 1) return first
    const own = candidates.find((name) => nameOf(exports[name]) === found.name)
    if (own !== undefined) return own
    throw CFG_MODULE_AMBIGUOUS({ specifier: found.specifier, kind, names: candidates })
  }
  throw unfit(exports, kind, found.specifier)
}

function unfit(exports: Exports, kind: Kind, specifier: string): Error {
  const entries = Object.entries(exports)
  const definitions = entries.filter(([, value]) => kindOf(value) !== undefined)
  const shown = new Map(
    (definitions.length > 0 ? definitions : entries).map(([name, value]) => [value, name]),
  )
  const found = [...shown].map(([value, name]) => `${describe(value)} (${name})`)
  const others = [...new Set(definitions.map(([, value]) => kindOf(value) ?? ''))]
  return CFG_MODULE_KIND({ specifier, kind, found, others })
}

type Code = ((...values: never[]) => unknown) & { readonly prototype?: unknown }

const isCode = (value: unknown): value is Code => typeof value === 'function'
const isClass = (value: unknown): boolean => isCode(value) && /^class\b/.test(value.toString())

const isStageClass = (value: unknown): boolean =>
  isCode(value) &&
  typeof value.prototype === 'object' &&
  value.prototype !== null &&
  'process' in value.prototype

const isPlainFunction = (value: unknown): boolean =>
  isCode(value) && !isClass(value) && !isStageClass(value)

const isDefinitionOf =
  (kind: Kind) =>
  (value: unknown): boolean =>
    kindOf(value) === kind

function fits(value: unknown, kind: Kind): boolean {
  return (
    kindOf(value) === kind || (kind === 'stage' && (isStageClass(value) || isPlainFunction(value)))
  )
}

function kindOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined
  return typeof value.kind === 'string' ? value.kind : undefined
}

const nameOf = (value: unknown): unknown =>
  isCode(value) || (typeof value === 'object' && value !== null && 'name' in value)
    ? value.name
    : undefined

function describe(value: unknown): string {
  const kind = kindOf(value)
  if (kind !== undefined) return aKind(kind)
  if (isStageClass(value)) return 'a class'
  if (isClass(value)) return 'a class without process'
  if (isCode(value)) return 'a function'
  if (Array.isArray(value)) return 'an array'
  if (value === null || value === undefined) return String(value)
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** A class or function of the job's own as a stage. */
function synthesize(code: Code, exported: string, found: FoundModule): StageDefinition {
  const isNew = isStageClass(code)
  const label = exported === 'default' ? code.name : exported
  const named = label === '' || label === 'default' ? '' : ` ${label}`
  return {
    kind: 'stage',
    name: kebab(found.export === undefined || exported === 'default' ? found.name : exported),
    summary: `${isNew ? 'Class' : 'Function'}${named} of ${found.specifier.split('#')[0]}.`,
    parameters: isNew ? anyParameters : noParameters,
    keeps: 'instance',
    exits: Reflect.get(code, 'exits') === true,
    create: ({ parameters }) =>
      isNew
        ? (Reflect.construct(code, [parameters]) as StageInstance)
        : { process: code as NonNullable<StageInstance['process']> },
  }
}

/** Default ids are made of names: letters, digits and dashes. */
function kebab(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').match(/[A-Za-z0-9]+/g) ?? []
  const text = words.join('-').toLowerCase()
  return /^[a-z]/.test(text) ? text : `stage${text === '' ? '' : `-${text}`}`
}
