import { placed } from '@millrace/base'
import { type Outputs, stageInputs, stageOutputs } from '@millrace/sdk'
import { checkParameters } from '../check/check-parameters.ts'
import { readSettings } from '../check/read-settings.ts'
import type { ParameterOverride } from '../document/overrides.ts'
import type { Entry, NormalPipeline } from '../grammar/entry.ts'
import type { LoadContext } from '../load-context.ts'
import { askTraits } from '../modules/ask-definition.ts'
import type { LoadedModule, Modules } from '../modules/modules.ts'
import { loadEntry } from './load-entry.ts'
import { loadNamedModules } from './load-named-modules.ts'
import { loadWatermarks } from './load-watermarks.ts'
import { namedInputs } from './named-inputs.ts'
import { keyNames, type Part } from './part.ts'

type Loaded = LoadedModule<'source' | 'stage' | 'sink' | 'resource'>

/** Loads the module of every entry, checks its parameters and reads the keys beside it. */
export async function loadParts(
  pipeline: NormalPipeline,
  overrides: readonly ParameterOverride[],
  modules: Modules,
  allowed: readonly string[] | undefined,
  context: LoadContext,
): Promise<ReadonlyMap<string, Part>> {
  const parts = new Map<string, Part>()
  for (const entry of pipeline.entries) {
    const loaded = await loadEntry(entry, entry.role as Loaded['kind'], modules, allowed, context)
    const own = overrides.filter((override) => override.entry === entry)
    const inputs = loaded === undefined ? ['in'] : inputsOf(loaded, entry)
    // The keys are read first, because expressions may ask for them; they are shown behind the parameters.
    const shown = context.values.length
    const strategy = await loadWatermarks(entry, modules, allowed, context)
    const settings = readSettings(entry, inputs, strategy, context)
    const beside = context.values.splice(shown)
    if (entry.role !== 'stage') entry.keyNames = [...parts.values()].flatMap(keysOfStage)
    else if (settings.by !== undefined || !entry.keys.has('by')) {
      entry.keyNames = keyNames(settings)
    }
    const before = context.faults.length
    const parameters =
      loaded === undefined
        ? undefined
        : await checkParameters(entry, loaded, own, context, (map, schema) =>
            loadNamedModules(entry, map, schema, modules, allowed, context, loaded.package?.name),
          )
    tellOverride(entry, before, context)
    context.values.push(...beside)
    const outputs = outputsOf(entry, loaded, parameters)
    parts.set(entry.id, { entry, loaded, parameters, outputs, inputs, settings })
  }
  return parts
}

const keysOfStage = ({ entry, settings }: Part): readonly string[] =>
  entry.role === 'stage' ? keyNames(settings) : []

/** Parameters that were written for another module have their faults because of the override: they name it. */
function tellOverride(entry: Entry, before: number, context: LoadContext): void {
  const module = entry.keys.get('module')?.value
  if (module === undefined || module.origin === 'file') return
  const { file = '', path = '' } = module.where
  const found = context.faults.splice(before).map((fault) => {
    if (fault.where.line === undefined) return fault
    const named = `${fault.where.path ?? ''}, its module by ${file} ${path}`
    return placed(fault, { ...fault.where, path: named })
  })
  context.faults.push(...found)
}

const isStage = (loaded: Loaded): loaded is LoadedModule<'stage'> => loaded.kind === 'stage'

function inputsOf(loaded: Loaded, entry: Entry): readonly string[] {
  return stageInputs(isStage(loaded) ? loaded.definition : {}, namedInputs(entry))
}

function outputsOf(
  entry: Entry,
  loaded: Loaded | undefined,
  parameters: { readonly value: unknown } | undefined,
): Outputs | undefined {
  if (entry.role === 'source') return { out: 'What it reads.' }
  if (loaded === undefined || !isStage(loaded)) return undefined
  if (parameters === undefined && typeof loaded.definition.outputs === 'function') return undefined
  return parameters === undefined
    ? stageOutputs(loaded.definition, undefined)
    : askTraits(loaded, parameters.value, entry.where).outputs
}
