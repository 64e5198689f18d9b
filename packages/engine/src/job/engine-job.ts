import type { Runtime } from '@millrace/base'
import type { Logger } from '@millrace/sdk'
import type { JobSpec } from '../plan/job-spec.ts'
import type { Progress, Summary } from '../report/summary.ts'

/** What a job needs from outside. */
export interface JobOptions {
  readonly runtime: Runtime
  /** Default: nothing is written. */
  readonly logger?: Logger | undefined
  /** Called about four times a second while the job runs, and at its end. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** A job that can run once. */
export interface EngineJob {
  readonly spec: JobSpec
  /** Starts it and resolves at its end, with state `failed` and `error` where it failed. Never rejects. */
  run(): Promise<Summary>
  /** Sources pause, what was read is finished, nothing open fires, sinks commit. Resolves to the same summary as `run`. */
  stop(): Promise<Summary>
  /** Like the end of the input: everything open fires. Resolves to the same summary as `run`. */
  drain(): Promise<Summary>
  /** Ends it at once; sinks abort. */
  abort(): void
  progress(): Progress
}
