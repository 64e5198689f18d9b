import type { Runtime } from '@millrace/base'
import type { Key } from './batch.ts'
import type { InjectionToken } from './token.ts'
import type { StateScope } from './state.ts'
import type { Timers } from './timers.ts'
import type { FunctionDefinition } from './define-function.ts'
import type { AggregateDefinition } from './define-aggregate.ts'

/** What one record's handler may do. One object, reused: valid until `process` settles. */
export interface RecordContext {
  /** Event time of the record in hand, epoch ms. */
  readonly timestamp: number
  /** The record's key; undefined without `by`. */
  readonly key: Key | undefined
  /** No record earlier than this is expected any more; -Infinity before the first. */
  readonly watermark: number
  /** Aborts when the record's time is up or the job stops at once. */
  readonly signal: AbortSignal
  /** Emits on the main output. Inherits timestamp and origin of the record in hand. */
  emit(value: unknown, options?: { readonly timestamp?: number }): void
  /** Fails this record: everything it emitted and wrote is withdrawn, then the stage's `onError` applies. Return after it. */
  reject(code: string, message: string): void
  /** Counts this record as filtered for `reason`. */
  skip(reason: string): void
  /**
   * The record is done early: as it came, or as `value`, it goes straight to all sinks behind the stage, and counts as used. What is emitted or returned after
   * it is ignored; what was emitted before goes on. Only of a stage that says `exits`: else it rejects the record with ENG_EXIT.
   */
  exit(reason: string, value?: unknown): void
}

/** A record that a stage took in and still holds. */
export interface HeldRecord {
  readonly record: unknown
  /** Its event time, epoch ms. */
  readonly timestamp: number
  /** Name of the input that it came by. */
  readonly input: string
}

/** What `onEnd` and `onWatermark` may do: emit without a record in hand. */
export interface StageContext {
  readonly watermark: number
  readonly signal: AbortSignal
  /** `timestamp` defaults to the largest event time seen. */
  emit(value: unknown, options?: { readonly timestamp?: number }): void
  /**
   * Fails a record that was taken in before, for what was thrown while its result was made: the stage's `onError` applies without
   * another try, and the record counts as used no more, once the hook is through: of an `onTimer` that throws behind it nothing
   * stays, this neither. What was emitted stays, so emit behind all that can throw.
   */
  fail(held: HeldRecord, thrown: unknown): void
}

/** What `onTimer` may do: state follows the key of the timer. */
export interface TimerContext extends StageContext {
  /** The key it was set for; undefined without `by`. */
  readonly key: Key | undefined
  /** What event time has come to; at the end of the input Infinity: a timer that sets itself again must then stop. */
  readonly watermark: number
  /** `timestamp` defaults to the time of an event timer, and to the largest event time seen. */
  emit(value: unknown, options?: { readonly timestamp?: number }): void
}

/** A named output of a stage. */
export interface OutputHandle {
  /** Whether the job reads it. What is emitted otherwise goes nowhere; unread records of the output `late` become dead letters. */
  readonly isRead: boolean
  emit(value: unknown, options?: { readonly timestamp?: number }): void
}

/** Writes lines for people and machines. Levels below the job's are dropped. In a line of a part, field `stage` is the part's id. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
}

/** A number that only grows. */
export interface Counter {
  add(count: number): void
}

/** Named numbers of one source, stage or sink, shown in the summary. */
export interface Metrics {
  counter(name: string): Counter
}

/** What expressions may use beside the record: values of `env('NAME')` and functions that plugins brought. Hand it to `compileExpression`. */
export interface ExpressionScope {
  readonly env: Readonly<Record<string, string>>
  readonly functions: readonly FunctionDefinition[]
  readonly aggregates: readonly AggregateDefinition[]
}

/** The scope of a job that lists no environment and brings no functions. */
export const noExpressions: ExpressionScope = { env: {}, functions: [], aggregates: [] }

/** What the engine gives each instance of a source, stage or sink. */
export interface InstanceScope {
  readonly id: string
  /** Number of this instance among its siblings, from 0. */
  readonly instance: number
  /** True where a sink's `recover` will be called: what an earlier run left is the sink's own. Default false. */
  readonly recovers?: boolean | undefined
  /** False where a sink's `prepare` is never called: the job has no checkpoints. Default true. */
  readonly prepares?: boolean | undefined
  /** False where the input never ends. */
  readonly inputEnds: boolean
  readonly clock: Pick<Runtime, 'now' | 'monotonic'>
  /**
   * Runs a task once after a delay in ms, in the job's time; the result cancels it. For what belongs to the instance, such as
   * looking after a connection: the task has no key and cannot emit, its timer ends with the instance, and one that a failing
   * record set is withdrawn. A throw of the task is a crash of the instance. What belongs to records takes `timers` of the stage.
   */
  readonly timer: Runtime['timer']
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  /**
   * One object for all parts of the job that ask for the same name, made by the first of them: how sources and sinks of one
   * plugin know of each other. Absent: there are no other parts.
   */
  readonly shared?: (<T>(name: string, create: () => T) => T) | undefined
}

/** What the engine gives each stage instance. */
export interface StageScope extends InstanceScope {
  readonly state: StateScope
  /** Timers per key, which call `onTimer`. */
  readonly timers: Timers
  /** Handles of the declared outputs, by name. */
  readonly outputs: Readonly<Record<string, OutputHandle>>
  /** Names of the stage's key fields, empty without `by`. */
  readonly keyNames: readonly string[]
  /** Names of the stage's inputs, in order. */
  readonly inputs: readonly string[]
}

/** What the loader adds to every scope. */
export interface Injection<Parameters> {
  readonly parameters: Parameters
  readonly expressions: ExpressionScope
  /** Resolves a token that `resources:` or `provide` bound. Only inside `create`. */
  readonly inject: <T>(token: InjectionToken<T>) => T
}
