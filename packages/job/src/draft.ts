import type { Runtime } from '@millrace/base'
import type {
  ErrorPolicy,
  JobSpec,
  KeyPart,
  OutputRef,
  ParkedRecord,
  RestartSpec,
  SinkSpec,
  SourceSpec,
  SpillSpec,
  StageInput,
  StageSpec,
  TimeSpec,
} from '@millrace/engine'
import { compilePath } from '@millrace/expression/path'
import type { Binding, Logger, StageDefinition, StageFactory } from '@millrace/sdk'
import type { MadePart } from './checkpoint/job-print.ts'
import type { StartOptions } from './checkpoint/job-state.ts'
import { JOB_ID_TAKEN, JOB_NO_TIME, JOB_SPILL } from './errors.ts'
import { checkOrder, type ParallelOptions, parallelSpec } from './parallel-options.ts'

/** Options of a job built in code. */
export interface PipelineOptions {
  readonly provide?: readonly Binding[]
  /** Default: `deadLetter` with a dead letter sink, else `fail`. */
  readonly onError?: ErrorPolicy
  /** More failures than this share of the last `of` records end the job. Default 0.5 of 1000. */
  readonly errors?: JobSpec['errors']
  /** Restart budget of all parts together, and what follows when it is spent. Default 3 in 60,000 ms, and the job fails. */
  readonly restart?: JobSpec['restart']
  /** Takes the records that are still parked when the job ends. Default: they are lost, with a warning. */
  readonly onParked?: (records: readonly ParkedRecord[]) => void | Promise<void>
  /** Most records in front of each stage, and what becomes of more. Default 4,096 and `block`. */
  readonly mailbox?: JobSpec['mailbox']
  /** Where it writes what it needs to go on, how often, and how it begins. Default: it takes no checkpoints. */
  readonly checkpoint?: CheckpointOptions
  /** Default: the real clock. */
  readonly runtime?: Runtime
  /** Default: silence. */
  readonly logger?: Logger
}

/** Checkpoints of a job built in code. */
export interface CheckpointOptions extends StartOptions {
  /** A folder of its own; a relative one counts from the folder of the process. */
  readonly dir: string
  /** Time between two checkpoints. Default 10,000. */
  readonly everyMs?: number
  /**
   * Lets other processes of this user ask the running job, through a socket in that folder: `askStatus`, `askForSavepoint` and `askToStop`.
   * Default false.
   */
  readonly control?: boolean
}

/** Options of one stage: its id (default: the module's name, then `-2`; a second one of a name is JOB_ID_TAKEN) and the field paths of its key. */
export interface StageOptions {
  readonly id?: string
  readonly by?: string | readonly string[]
  readonly onError?: ErrorPolicy
  /** For each record of an asynchronous stage; default 30,000. */
  readonly timeoutMs?: number
  /** How it is started again; given, also a start that fails is tried again. */
  readonly restart?: RestartSpec
  /**
   * Runs it several times side by side, as often as the number says. With `by` each worker has its share of the keys; without, the stage
   * must keep no state. Default: once.
   */
  readonly parallel?: number | ParallelOptions
  /**
   * Lets the state of all but about so many `keys` wait on the disk; needs `by`. `dir`: a folder for scratch; default: that of the
   * checkpoints, else that of the system for temporary files. Default: all stays in memory.
   */
  readonly spill?: SpillSpec
}

/** Options of a stage that reads several flows: its key may be another in each. */
export interface JointStageOptions extends Omit<StageOptions, 'by'> {
  /** Field paths, the same in all, or by the name of the flow. The key's fields are called as in the first. */
  readonly by?: StageOptions['by'] | Readonly<Record<string, string | readonly string[]>>
}

/** Ids of what a builder's job has beside its stages. */
const ownIds = ['source', 'sink', 'deadLetter']

/** A job in the making. */
export interface Draft {
  readonly name: string
  readonly options: PipelineOptions
  /** Empty where `run` brings the input. */
  readonly sources: readonly SourceSpec[]
  /** Event time of what `run` brings. */
  readonly time?: TimeSpec | undefined
  readonly stages: readonly StageSpec[]
  /** The end of the line. Default: the main output of the last stage. */
  readonly main?: readonly OutputRef[] | undefined
  /** Those of named outputs. */
  readonly sinks: readonly SinkSpec[]
  readonly deadLetter?: SinkSpec
  /** What its parts were made of, by id; absent for functions. */
  readonly made: Readonly<Record<string, MadePart>>
}

/** The draft with what a part was made of. */
export function withMade(
  draft: Draft,
  id: string,
  { mayChange }: { readonly mayChange?: readonly string[] },
  parameters: unknown,
): Draft {
  const part: MadePart = mayChange === undefined ? { parameters } : { parameters, mayChange }
  return { ...draft, made: { ...draft.made, [id]: part } }
}

/** The draft with one stage more. Throws JOB_ID_TAKEN, JOB_PARALLEL and JOB_SPILL. */
export function withStage(
  draft: Draft,
  factory: StageFactory,
  inputs: readonly StageInput[],
  options: JointStageOptions,
  expects: StageSpec['expects'],
): Draft {
  if (options.id !== undefined && isTaken(draft, options.id)) throw JOB_ID_TAKEN({ id: options.id })
  let id = options.id ?? factory.traits.name
  for (let number = 2; isTaken(draft, id); number++) id = `${factory.traits.name}-${number}`
  const { by, onError, parallel, restart, spill, timeoutMs } = options
  const hasKeys = by !== undefined
  const keepsState = factory.traits.keeps === 'state'
  if (spill !== undefined) checkSpill(id, spill, hasKeys)
  const stage: StageSpec = {
    id,
    factory,
    inputs,
    by: by === undefined ? undefined : isOfAll(by) ? keyParts(by) : keyPartsByInput(by, inputs),
    expects,
    onError,
    timeoutMs,
    restart,
    parallel: parallelSpec({ id, hasKeys, keepsState }, parallel),
    spill,
  }
  checkOrder(stage, draft.stages, onError ?? draft.options.onError)
  return { ...draft, stages: [...draft.stages, stage], main: undefined }
}

/** Whether a part of the draft has this id, or holds parts below it. */
export function isTaken({ sinks, sources, stages }: Draft, id: string): boolean {
  const holds = (own: string): boolean => own === id || own.startsWith(`${id}/`)
  return [...ownIds, ...[...sources, ...stages, ...sinks].map((part) => part.id)].some(holds)
}

function checkSpill(id: string, { keys }: SpillSpec, hasKeys: boolean): void {
  if (!hasKeys) throw JOB_SPILL({ id, reason: 'it has no by, so there are no keys to choose from' })
  if (Number.isSafeInteger(keys) && keys > 0) return
  throw JOB_SPILL({ id, reason: `keys must be a whole number of at least 1; got ${String(keys)}` })
}

/** Whether a key is read in the same way everywhere. */
export function isOfAll(
  by: NonNullable<JointStageOptions['by']>,
): by is string | readonly string[] {
  return typeof by === 'string' || Array.isArray(by)
}

/** What works by event time needs sources that say what theirs is. Throws JOB_NO_TIME. */
export function requireTime<P>(
  { sources, time }: Draft,
  { name, needsTime }: Pick<StageDefinition<P>, 'name' | 'needsTime'>,
  parameters: P,
): void {
  const needs = typeof needsTime === 'function' ? needsTime(parameters) : needsTime === true
  if (!needs) return
  const timeless = sources.find((source) => source.time === undefined)
  if (timeless !== undefined) throw JOB_NO_TIME({ stage: name, source: timeless.id })
  if (sources.length === 0 && time === undefined) {
    throw JOB_NO_TIME({ stage: name, source: 'what run() gets' })
  }
}

/** The field paths of a key. */
export function pathsOf(by: string | readonly string[] = []): readonly string[] {
  return typeof by === 'string' ? [by] : by
}

/** How a key is read. Throws EXP_* errors of its paths. */
export function keyParts(by: string | readonly string[]): KeyPart[] {
  return pathsOf(by).map((path) => {
    const compiled = compilePath(path)
    return { name: path, description: path, read: (record) => compiled.read(record) }
  })
}

/** The fields that a definition takes for granted with these parameters, and those of the key. */
export function expectedFields<P>(
  definition: Pick<StageDefinition<P>, 'expects'>,
  parameters: P,
  by?: StageOptions['by'],
): readonly string[] {
  const keys = pathsOf(by).flatMap((path) => compilePath(path).fields)
  const named = definition.expects?.(parameters) ?? []
  return [...named, ...keys].filter((field) => field !== 'record')
}

function keyPartsByInput(
  by: Readonly<Record<string, string | readonly string[]>>,
  inputs: readonly StageInput[],
): Readonly<Record<string, readonly KeyPart[]>> {
  const names = pathsOf(by[inputs[0]?.name ?? ''])
  return Object.fromEntries(
    inputs.map((input) => [
      input.name,
      keyParts(by[input.name] ?? []).map((part, index) => ({
        ...part,
        name: names[index] ?? part.name,
      })),
    ]),
  )
}
