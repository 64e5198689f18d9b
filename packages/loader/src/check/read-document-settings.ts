import { isMillraceError } from '@millrace/base'
import type { MapNode } from '../document/config-node.ts'
import { describeNode } from '../document/config-node.ts'
import { variable } from '../document/interpolate.ts'
import { CFG_MISSING, CFG_TYPE, CFG_UNSET } from '../errors.ts'
import { documentKeys, futureDocumentKeys, innerKeys } from '../grammar/keys.ts'
import { checkKeys } from '../grammar/check-keys.ts'
import type { LoadContext } from '../load-context.ts'
import type { Modules } from '../modules/modules.ts'
import { at } from './check-parameters.ts'
import { placeOf, readMap, readTexts, type Place } from './read-value.ts'

/** What stands beside the pipeline. */
export interface DocumentSettings {
  readonly pipeline?: MapNode | undefined
  /** Modules that may be loaded; undefined: any. */
  readonly allowed?: readonly string[] | undefined
}

/** Checks the keys of the document and prepares what expressions may use: `env` and functions of plugins. */
export async function readDocumentSettings(
  root: MapNode,
  modules: Modules,
  context: LoadContext,
): Promise<DocumentSettings> {
  checkKeys(root.entries, 'the job file', documentKeys, futureDocumentKeys, context.faults)
  const place = (key: string): Place => placeOf(root.entries, key, '')
  checkVersion(root, context)
  const plugins = readMap(place('plugins'), context, innerKeys.plugins)
  const inner = (key: string): Place =>
    placeOf(plugins?.entries ?? new Map(), key, 'plugins', 'plugins')
  const allowed =
    plugins?.entries.has('allow') === true ? readTexts(inner('allow'), context) : undefined
  const env = readEnv(place('env'), context)
  context.scope = { ...context.scope, env }
  for (const specifier of readTexts(inner('use'), context)) {
    await useFunctions(specifier, inner('use'), modules, context)
  }
  return { pipeline: readPipelineNode(root, context), allowed }
}

function checkVersion(root: MapNode, context: LoadContext): void {
  const version = root.entries.get('version')?.value
  if (version === undefined) return
  if (version.kind === 'scalar' && version.value === 1) return
  const got = describeNode(version)
  context.faults.push(CFG_TYPE({ what: '"version"', expected: '1', got }, version.where))
}

function readEnv(place: Place, context: LoadContext): Readonly<Record<string, string>> {
  const env: Record<string, string> = {}
  for (const name of readTexts(place, context)) {
    const value = variable(context.env, name)
    if (value === undefined) {
      context.faults.push(CFG_UNSET({ name, isListed: true }, place.node?.where))
      context.unset.add(name)
    }
    // What reads an unset name has no fault of its own.
    env[name] = value ?? ''
  }
  return env
}

async function useFunctions(
  specifier: string,
  place: Place,
  modules: Modules,
  context: LoadContext,
): Promise<void> {
  try {
    const { functions, aggregates } = await modules.loadFunctions(specifier)
    context.scope = {
      ...context.scope,
      functions: [...context.scope.functions, ...functions],
      aggregates: [...context.scope.aggregates, ...aggregates],
    }
  } catch (error) {
    if (!isMillraceError(error)) throw error
    context.faults.push(at(error, place.node?.where ?? {}))
  }
}

function readPipelineNode(root: MapNode, context: LoadContext): MapNode | undefined {
  const pipeline = root.entries.get('pipeline')?.value
  if (pipeline?.kind === 'map') return pipeline
  if (pipeline === undefined) {
    const hint = 'Put source, stages and sink below the key pipeline:.'
    const fault = { what: 'key "pipeline"', of: 'The job file', hint }
    context.faults.push(CFG_MISSING(fault, root.where))
  } else {
    const expected = 'a map with source, stages and sink'
    const got = describeNode(pipeline)
    context.faults.push(CFG_TYPE({ what: '"pipeline"', expected, got }, pipeline.where))
  }
  return undefined
}
