import type { Batch, BatchOutput } from './batch.ts'
import type {
  ExpressionScope,
  Injection,
  RecordContext,
  StageContext,
  StageScope,
  TimerContext,
} from './context.ts'
import type { FieldTest } from './field-test.ts'
import type { ParameterFault, ParameterSchema } from './schema.ts'
import type { Timer } from './timers.ts'

/** Handles one record. Returns one record, undefined (nothing), null (data), a Promise of them, or an iterator of records from a generator. An array is one record. */
export type Process<In = unknown> = (record: In, context: RecordContext) => unknown

/** Handles a whole batch; how many of its records it took, default all. */
export type ProcessBatch = (batch: Batch, output: BatchOutput) => void | number

/** A running stage. */
export interface StageInstance {
  process?: Process<never>
  /** Handlers by input name, for stages with several inputs. */
  on?: Readonly<Record<string, Process<never>>>
  /** Handlers of whole batches by input name: to those of `on` what `processBatch` is to `process`. */
  onBatch?: Readonly<Record<string, ProcessBatch>>
  /**
   * Same meaning as `process`, for a whole batch: the fast path. A throw runs the batch again record by record. With
   * `onWatermark` it must return in front of a record whose watermark makes that do something: the number of records it took,
   * at least one. `onWatermark` is called, then the rest comes. Not called where timers may fire or state may go between two
   * records: with `onTimer`, and with a `ttl` in event time.
   */
  processBatch?(batch: Batch, output: BatchOutput): void | number
  /**
   * A timer of `scope.timers` fires; state follows its key. Event timers fire in the order of their times (equal ones: as they were
   * set) before `onWatermark` of the same move. When the input is over all event timers fire, then all clock timers, then comes
   * `onEnd`; a stop fires none. May emit. What a throw leaves is withdrawn and the timer fires again in a new instance, within the
   * restart budget.
   */
  onTimer?(timer: Timer, context: TimerContext): void
  /**
   * The watermark moved; `context.watermark` is still the one before. May emit. Returns true where there is more to do: it is
   * called again with the same watermark when what it emitted is on its way, so that it keeps neither memory nor the thread.
   */
  onWatermark?(watermark: number, context: StageContext): void | boolean
  /** The input is over. May emit. Not called on stop. */
  onEnd?(context: StageContext): void | Promise<void>
  /**
   * What a stage that keeps nothing has gathered of several records it gives out now: a checkpoint, a stop or the end of the input comes next.
   * True where there is more to do, as `onWatermark`. A first half may gather, for what fails it fails the job; others lose with their instance what they gathered.
   */
  onFlush?(context: StageContext): void | boolean
  /**
   * Of a stage that keeps nothing: whether a record, of which the fields of `reads` are there, gets through. The source in front may then leave out
   * those which do not: they count as filtered for `reason`. May throw as `process` does, to which the record comes then.
   */
  readonly prefilter?: {
    readonly reason: string
    admits(record: unknown, timestamp: number): boolean
    /** Tests that say the same of a record, or that they cannot tell; the first one is where to begin. What they want the stage hands on as it is. */
    readonly tests?: readonly FieldTest[] | undefined
  }
  /**
   * How far results may lie behind the watermark, ms: that of the outputs trails by it, so that they are not late for what reads
   * them. Default 0.
   */
  readonly lagMs?: number
  open?(): void | Promise<void>
  close?(): void | Promise<void>
}

/** Output names with a sentence each; the first is the main one. */
export type Outputs = Readonly<Record<string, string>>

/** What the job around a stage is like, as far as it is known before the start. */
export interface StageSurroundings {
  /** Whether the input ends by itself. */
  readonly ends: boolean
  /** Names of the key fields, empty without `by`. */
  readonly keys: readonly string[]
  /** Names of the inputs, in order; absent where the job around does not tell. */
  readonly inputs?: readonly string[]
  /** How long a record may take; absent where the job around does not tell. */
  readonly timeoutMs?: number
  /** Absent: names of functions and aggregates cannot be judged yet. */
  readonly expressions?: ExpressionScope
}

/** A stage as a plugin declares it. All optional members have the default that their comment names. */
export interface StageDefinition<Parameters = unknown> {
  readonly kind: 'stage'
  readonly name: string
  readonly summary: string
  readonly parameters: ParameterSchema<Parameters>
  /** The parameter that a scalar short form sets. */
  readonly main?: string
  /** Default `['in']`. `named`: two or more, which the job names in `from`; `scope.inputs` has the names in order. */
  readonly inputs?: readonly string[] | 'named'
  /** Inputs of the list that a job may leave out: those that it wires are in `scope.inputs`. Not the first one. */
  readonly optionalInputs?: readonly string[]
  /** Default `{ out: … }`. */
  readonly outputs?: Outputs | ((parameters: Parameters) => Outputs)
  /** Outputs that need no reader: what would go there counts as filtered, for the stage asks its handles whether they are read. */
  readonly optionalOutputs?: readonly string[]
  /** What the stage remembers between records. Default `instance`. */
  readonly keeps?: 'nothing' | 'state' | 'instance'
  /** Records that emit nothing count as used, not filtered. */
  readonly absorbs?: boolean
  /** Whether it calls `context.exit`: the sinks behind it then listen. It has no output `exit` of its own. Default false. */
  readonly exits?: boolean
  /**
   * `same`: hands records on untouched; on the output `late` also as the field `record` of what says how late it is. `more`: hands on
   * copies with all fields of the record, and others; of those that are not in `reads` sources give it what is needed behind it.
   */
  readonly passes?: 'same' | 'more'
  /** Field paths it looks at; undefined means all. */
  readonly reads?: (parameters: Parameters) => readonly string[] | undefined
  /** Field paths of `reads` that should be there: one that no record carries is warned about. Default: those of expressions in a job file. */
  readonly expects?: (parameters: Parameters) => readonly string[]
  /** Fields of each output by name, so that checks know names behind it; undefined means unknown. */
  readonly shape?: (
    parameters: Parameters,
    input: {
      readonly keys: readonly string[]
      readonly fields: readonly string[] | undefined
      /** Names of the inputs, in order; absent where the job around does not tell. */
      readonly inputs?: readonly string[]
    },
  ) => Readonly<Record<string, readonly string[] | undefined>>
  /**
   * About results that replace earlier ones of the same key and window: `makes` says whether its own do (they carry `revision`
   * and `final`), `takes` whether it may be given such. By default it makes none; it takes them, and hands them on as such,
   * unless it keeps state or absorbs.
   */
  readonly updates?: {
    readonly makes?: (parameters: Parameters) => boolean
    readonly takes?: boolean
  }
  /**
   * Whether its results depend on event time: then every source before it must say what the time of its records is, and how far
   * they may be out of order. Default false.
   */
  readonly needsTime?: boolean | ((parameters: Parameters) => boolean)
  /**
   * Parameters that may change between two runs while it goes on from its checkpoint, by name with all below them, such as limits of memory. A
   * change of any other is refused, unless whoever starts the job allows it. Default: none.
   */
  readonly mayChange?: readonly string[]
  /** A sentence for people: what state it keeps, and when it lets go of it. */
  readonly retains?: (parameters: Parameters) => string
  /** Faults that a schema cannot say; each names a path inside the parameters. Runs before start. */
  readonly check?: (
    parameters: Parameters,
    surroundings: StageSurroundings,
  ) => readonly ParameterFault[]
  /**
   * For a stage of one input that need not see each record by itself: what runs in its place where workers read its source. Default: the
   * stage itself, which every record comes to.
   */
  readonly combined?: (parameters: Parameters) => StageHalves<Parameters> | undefined
  create(scope: StageScope & Injection<Parameters>): StageInstance | Promise<StageInstance>
}

/** The output of the first half of a stage, and the further input of the second. */
export const PARTIALS = 'partials'

/**
 * A stage in two halves. Records are never lost or late by way of the first that would not be without it, and results are the same but for the
 * order in which the records of a key were folded.
 */
export interface StageHalves<Parameters> {
  /**
   * Runs beside each worker, with the keys of the stage, and has no state: what it folds together it emits on `partials`, as
   * records of its own with the key in the field `key`, at the latest when `onFlush` is called, and before event time passes what the stage would do
   * with it. All else, such as records that fail or may be late, it hands on untouched.
   */
  readonly before: StageDefinition<Parameters>['create']
  /** The stage, with the same state; `on.partials` takes what the first half emits. */
  readonly after: StageDefinition<Parameters>['create']
}

/** What the engine must know of a stage before it runs. */
export interface StageTraits {
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: Outputs
  readonly keeps: 'nothing' | 'state' | 'instance'
  readonly absorbs: boolean
  /** Whether it may call `context.exit`. Absent: it may not. */
  readonly exits?: boolean | undefined
  readonly passes?: StageDefinition['passes']
  /** Absent: it makes no results that replace earlier ones, and takes such. */
  readonly updates?: { readonly makes: boolean; readonly takes: boolean } | undefined
}

/** How the engine gets its stages: the loader implements it with a child container, the builder with a closure. */
export interface StageFactory {
  readonly traits: StageTraits
  /** Its two halves, where it has any. */
  readonly combined?: { readonly before: StageFactory; readonly after: StageFactory } | undefined
  create(scope: StageScope): StageInstance | Promise<StageInstance>
  dispose(): void | Promise<void>
}

/** Declares a stage. Pure: nothing runs until a job creates it. */
export function defineStage<Parameters>(
  definition: Omit<StageDefinition<Parameters>, 'kind'>,
): StageDefinition<Parameters> {
  return { kind: 'stage', ...definition }
}

/** Names of the inputs that the job has not named: those of a list of two. */
const unnamed: readonly string[] = ['left', 'right']

/** Names of a stage's inputs, which do not depend on its parameters. `named` are those that the job gives, default left and right; optional ones are there if it names them. */
export function stageInputs(
  { inputs = ['in'], optionalInputs = [] }: Pick<StageDefinition, 'inputs' | 'optionalInputs'>,
  named?: readonly string[],
): readonly string[] {
  if (inputs === 'named') return named ?? unnamed
  return inputs.filter((input) => !optionalInputs.includes(input) || named?.includes(input))
}

/** A stage's outputs; asked of a stage whose outputs depend on its parameters, these must be right. */
export function stageOutputs<Parameters>(
  { outputs }: Pick<StageDefinition<Parameters>, 'outputs'>,
  parameters: Parameters,
): Outputs {
  const declared = typeof outputs === 'function' ? outputs(parameters) : outputs
  return declared ?? { out: 'The results.' }
}

/** What the engine must know of a stage; here stand the defaults of what its definition leaves out. */
export function stageTraits<Parameters>(
  definition: StageDefinition<Parameters>,
  parameters: Parameters,
): StageTraits {
  const { absorbs = false, exits, keeps = 'instance', name, passes, updates } = definition
  const inputs = stageInputs(definition)
  const makes = updates?.makes?.(parameters) ?? false
  const takes = updates?.takes ?? (keeps !== 'state' && !absorbs)
  return {
    name,
    inputs,
    outputs: stageOutputs(definition, parameters),
    keeps,
    absorbs,
    passes,
    ...(exits === true ? { exits } : {}),
    ...(makes || !takes ? { updates: { makes, takes } } : {}),
  }
}

/** A factory without a container: each instance gets `injection` beside its scope. */
export function toStageFactory<Parameters>(
  definition: StageDefinition<Parameters>,
  injection: Injection<Parameters>,
): StageFactory {
  const { parameters } = injection
  const make: MakeFactory<Parameters> = (create, traits) => ({
    traits,
    create: (scope) => create({ ...scope, ...injection }),
    dispose: () => undefined,
  })
  const whole = make(definition.create.bind(definition), stageTraits(definition, parameters))
  return withHalves(whole, definition.combined?.(parameters), make)
}

/** How a factory is made of a `create`. */
type MakeFactory<Parameters> = (
  create: StageDefinition<Parameters>['create'],
  traits: StageTraits,
) => StageFactory

/** The factory of a stage that may come in two halves. */
export function withHalves<Parameters>(
  whole: StageFactory,
  halves: StageHalves<Parameters> | undefined,
  make: MakeFactory<Parameters>,
): StageFactory {
  if (halves === undefined) return whole
  const { inputs, name } = whole.traits
  const outputs = { out: 'Records as they came.', [PARTIALS]: 'Records folded together.' }
  return {
    ...whole,
    combined: {
      before: make(halves.before, { name, inputs, outputs, keeps: 'nothing', absorbs: true }),
      after: make(halves.after, { ...whole.traits, inputs: [...inputs, PARTIALS] }),
    },
  }
}
