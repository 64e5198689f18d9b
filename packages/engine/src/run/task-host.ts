import type { MillraceError, Runtime } from '@millrace/base'
import type { RestartBudget } from '@millrace/core'
import type { Logger } from '@millrace/sdk'
import type { DeadLetterLog } from '../report/dead-letter-log.ts'
import type { Delays } from './delays.ts'

/** Takes what stages and sinks keep when the barrier of a checkpoint has come on all their inputs. */
export interface Barriers {
  /** It has come to a stage or sink, which is between two records. */
  reached(id: string): void
  /** Number of the checkpoint that the next answer of a sink counts for. */
  numberFor(id: string): number
}

/** A record that failed, as the share of failures is told of it. */
export interface FailedRecord {
  /** Its place among all that the job has read; undefined: nobody knows. */
  readonly position: number | undefined
  readonly stage: string
  readonly code: string
  readonly message: string
  readonly cause?: unknown
}

/** What a source, stage or sink needs from the job around it. */
export interface TaskHost {
  readonly runtime: Runtime
  readonly logger: Logger
  /** Records the job has read so far. */
  read: number
  readonly deadLetters: DeadLetterLog
  /** The restarts of all parts together. */
  readonly budget: RestartBudget
  /** The waits between two tries. */
  readonly delays: Delays
  /** Aborts when the job fails or is aborted. */
  readonly signal: AbortSignal
  /** True once the job failed or was aborted: nothing more is done. */
  readonly over: boolean
  /** True from `stop()` on: what ends now ends unfinished. */
  readonly stopping: boolean
  /** Ends the job where too many have failed. */
  countFailure(failed: FailedRecord): void
  /** Ends the job; the first error counts. */
  fail(error: MillraceError): void
  /** A part has passed on its last message. */
  finished(id: string): void
  /** What takes the answers to the barriers of checkpoints; absent: the job has none. */
  readonly barriers: Barriers | undefined
  warn(sentence: string): void
}
