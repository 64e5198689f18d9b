import { basename, dirname, resolve } from 'node:path'
import { isMillraceError, type MillraceError } from '@millrace/base'
import type { JobSpec } from '@millrace/engine'
import type { InjectionToken } from '@millrace/sdk'
import { applyEndpoints, type Endpoint } from './build/apply-endpoints.ts'
import { buildSpec } from './build/build-spec.ts'
import { loadParts } from './build/load-parts.ts'
import type { Part } from './build/part.ts'
import { wire } from './build/wire.ts'
import { checkByDefinition } from './check/check-definition-faults.ts'
import { at } from './check/check-parameters.ts'
import { checkFiles } from './check/check-files.ts'
import { checkJournals } from './check/check-journals.ts'
import { checkTime } from './check/check-time.ts'
import { checkOrder, checkParallel, checkThreads } from './check/check-parallel.ts'
import { checkSplit } from './check/check-split.ts'
import { checkRepeatable } from './check/check-repeatable.ts'
import { checkUpdates } from './check/check-updates.ts'
import { warnOfFields } from './check/warn-of-fields.ts'
import { readCheckpoint, spreadCheckpoint } from './check/read-checkpoint.ts'
import { readDocumentSettings } from './check/read-document-settings.ts'
import { readPipelineSettings } from './check/read-pipeline-settings.ts'
import type { ConfigValue } from './config-value.ts'
import type { MapNode } from './document/config-node.ts'
import { applyOverrides, readOverrides } from './document/overrides.ts'
import { readRoot } from './document/read-root.ts'
import { CFG_MISSING } from './errors.ts'
import { keepIds } from './grammar/assign-ids.ts'
import type { NormalPipeline } from './grammar/entry.ts'
import { readPipeline } from './grammar/read-pipeline.ts'
import { LoadContext } from './load-context.ts'
import { createModules } from './modules/create-modules.ts'
import { jobFiles } from './modules/import/module-hooks.ts'
import type { Modules } from './modules/modules.ts'
import { buildPlan, endsOf } from './plan/build-plan.ts'
import type { JobPlan } from './plan/job-plan.ts'
import { includeFiles } from './nested/include-files.ts'
import type { JobTest } from './tests/job-test.ts'

/** What to load and what changes it. Only `file` is needed. */
export interface LoadOptions {
  /** The job file; a relative path is relative to `cwd`. */
  readonly file: string
  /** The content, where it is not on disk; `file` then gives names and the folder of relative paths. */
  readonly text?: string | undefined
  /** The shell's folder. Default: that of the process. */
  readonly cwd?: string | undefined
  /** Default: that of the process. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Overrides by flag; they win over the environment, which wins over the file. */
  readonly set?: readonly { readonly path: string; readonly value: string }[] | undefined
  /** Files in the place of sources; `-` is standard input. */
  readonly inputs?: readonly Endpoint[] | undefined
  /** Files in the place of sinks; `-` is standard output. */
  readonly outputs?: readonly Endpoint[] | undefined
  /** Values for tokens that stages inject; they stay the caller's. */
  readonly provide?: readonly (readonly [InjectionToken<unknown>, unknown])[] | undefined
  /** Makes faults of warnings. Default false. */
  readonly strict?: boolean | undefined
  /** The number of the test, from 0, that the job is loaded for: it brings its own environment. */
  readonly test?: number | undefined
  /** `optional`: the file may leave out source and sink; the caller then supplies them under these ids. Default `required`. */
  readonly endpoints?: 'required' | 'optional' | undefined
}

/** A job file that was read. With faults there is no `spec`; nothing has started in either case. */
export interface LoadedJob {
  /** All of them, sorted by position. */
  readonly faults: readonly MillraceError[]
  readonly warnings: readonly MillraceError[]
  readonly spec?: JobSpec | undefined
  readonly plan?: JobPlan | undefined
  /** The entries of `tests:`; empty with faults. */
  readonly tests: readonly JobTest[]
  /** Each value with its origin, in the order of the file. */
  readonly values: readonly ConfigValue[]
  /** Absolute paths of what says what the job is: its file, the modules of its own that this process has imported, files of `${file:…}`. */
  readonly files: readonly string[]
  /** The job file, as it was read; empty where it could not be. */
  readonly text: string
  /** Frees what the job's modules hold open. Due once, whatever happened. */
  dispose(): Promise<void>
}

/**
 * Reads a job file: checks everything, loads its modules and builds the specification that the engine runs. Never rejects for
 * what is wrong with the file: all faults come back at once, each a CFG_* error with its place and a next step.
 */
export async function loadSpec(options: LoadOptions): Promise<LoadedJob> {
  const cwd = options.cwd ?? process.cwd()
  const file = resolve(cwd, options.file)
  const folder = dirname(file)
  const context = new LoadContext({ env: options.env ?? process.env, folder, cwd })
  const modules = createModules({ folder, provide: options.provide })
  const built = await sound(load(file, options, modules, context), modules, context)
  if (options.strict === true) context.faults.push(...context.warnings)
  const faults = context.distinctFaults().toSorted(byPosition)
  const isSound = faults.length === 0
  return {
    faults,
    warnings: options.strict === true ? [] : context.warnings.toSorted(byPosition),
    spec: isSound ? built?.spec : undefined,
    plan: isSound ? built?.plan : undefined,
    tests: isSound ? (built?.tests ?? []) : [],
    values: context.values,
    files: [...context.files, ...jobFiles()],
    text: context.text,
    dispose: () => modules.dispose(),
  }
}

/** What was built; a fault that ended the reading is one of the file's, and after anything else nothing stays open. */
async function sound<T>(
  built: Promise<T>,
  modules: Modules,
  context: LoadContext,
): Promise<T | undefined> {
  try {
    return await built
  } catch (error) {
    if (isMillraceError(error)) context.faults.push(error)
    else {
      await modules.dispose()
      throw error
    }
    return undefined
  }
}

async function load(
  file: string,
  options: LoadOptions,
  modules: Modules,
  context: LoadContext,
): Promise<{ spec: JobSpec; plan: JobPlan; tests: readonly JobTest[] } | undefined> {
  const root = await readRoot(file, options.text, context)
  if (root === undefined) return undefined
  if (options.test !== undefined) await addEnv(root, options.test, context)
  await includeFiles(root, file, context)
  const { pipeline: node, allowed } = await readDocumentSettings(root, modules, context)
  if (node === undefined) return undefined
  const pipeline = normalize(node, options, context)
  spreadCheckpoint(pipeline)
  const overrides = readOverrides(options.set ?? [], context.env)
  const ofParameters = applyOverrides(pipeline, overrides, context)
  context.hasDeadLetter = pipeline.keys.has('deadLetter')
  const name = basename(file).replace(/\.[^.]*$/, '')
  const settings = readPipelineSettings(pipeline, name, context)
  const parts = await loadParts(pipeline, ofParameters, modules, allowed, context)
  const isOpen = options.endpoints === 'optional'
  if (!isOpen) checkSource(pipeline, context)
  const wiring = wire({ pipeline, parts, context, isOpen })
  const ends = [...parts.values()].every(
    (part) => part.entry.role !== 'source' || endsIfKnown(part),
  )
  for (const part of parts.values()) checkByDefinition(part, ends, context)
  checkTime(parts, wiring, context)
  checkFiles(parts.values(), context)
  checkParallel(parts.values(), context)
  const taken = readCheckpoint(pipeline, { name: settings.name, ends }, context)
  const journals = checkJournals(parts, taken !== undefined, context)
  const checkpoint = taken && { ...taken, ...(Object.keys(journals).length > 0 && { journals }) }
  checkRepeatable({ ...settings, checkpoint }, parts.values(), context)
  addResources(parts, modules, context)
  if (checkpoint !== undefined) warnOfFields(parts.values(), context)
  if (context.faults.length > 0) return undefined
  const spec = buildSpec({ settings, parts, wiring, modules, context })
  checkUpdates(spec, context)
  checkOrder(spec, parts, context)
  checkThreads(spec, parts, context)
  checkSplit(parts.values(), spec, context)
  const tests = await testsOf(root, spec, context)
  return { spec, plan: buildPlan(spec, parts, wiring, context, { file, checkpoint }), tests }
}

async function addEnv(root: MapNode, index: number, context: LoadContext): Promise<void> {
  const { envOf, testNodes } = await import('./tests/test-nodes.ts')
  const test = testNodes(root, [])[index]
  if (test !== undefined) context.env = { ...context.env, ...envOf(test, context.faults) }
}

// A job without tests starts without what reads them.
async function testsOf(
  root: MapNode,
  spec: JobSpec,
  context: LoadContext,
): Promise<readonly JobTest[]> {
  if (!root.entries.has('tests')) return []
  const { readTests } = await import('./tests/read-tests.ts')
  return readTests(root, spec, context)
}

function normalize(node: MapNode, options: LoadOptions, context: LoadContext): NormalPipeline {
  const pipeline = readPipeline(node, context.faults)
  if (options.endpoints === 'optional') keepIds(pipeline.entries, context.faults)
  applyEndpoints(pipeline, 'source', options.inputs ?? [], context)
  applyEndpoints(pipeline, 'sink', options.outputs ?? [], context)
  return pipeline
}

function checkSource(pipeline: NormalPipeline, context: LoadContext): void {
  const hasSource = ['source', 'sources'].some((key) => pipeline.keys.has(key))
  if (hasSource || pipeline.entries.some(({ role }) => role === 'source')) return
  const hint = 'Add source: { file: flights.jsonl }, or give --input.'
  context.faults.push(CFG_MISSING({ what: 'source', of: 'The pipeline', hint }, pipeline.where))
}

const endsIfKnown = (part: Part): boolean => part.parameters === undefined || endsOf(part)

function addResources(
  parts: ReadonlyMap<string, Part>,
  modules: Modules,
  context: LoadContext,
): void {
  for (const [id, { entry, loaded, parameters }] of parts) {
    if (loaded?.kind !== 'resource' || parameters === undefined) continue
    try {
      modules.addResource(
        id,
        loaded as Parameters<Modules['addResource']>[1],
        parameters.value,
        context.scope,
      )
    } catch (error) {
      if (!isMillraceError(error)) throw error
      context.faults.push(at(error, entry.where))
    }
  }
}

/** By line and column; what has no line in the file comes last. */
function byPosition(a: MillraceError, b: MillraceError): number {
  const line = (a.where.line ?? Infinity) - (b.where.line ?? Infinity)
  if (line !== 0 && !Number.isNaN(line)) return line
  return (a.where.column ?? 0) - (b.where.column ?? 0)
}
