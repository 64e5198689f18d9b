import type { Runtime } from '@millrace/base'
import type { Logger } from '@millrace/sdk'
import type { CheckpointHead } from '../checkpoint/checkpoint.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import type { Progress, Resized, Summary } from '../report/summary.ts'
import type { ParkedRecord } from '../run/dead-letter.ts'
import type { ParkedFilter } from '../run/parking-lot.ts'
import type { StageSnapshot } from '../state/saved-state.ts'
import type { PartGauges } from './part-gauges.ts'
import type { PoolOf } from './pool.ts'

/** What a job needs from outside. */
export interface JobOptions {
  readonly runtime: Runtime
  /** Default: nothing is written. */
  readonly logger?: Logger | undefined
  /** Runs stages of `runs: threads` and `processes` in workers of their own, see `threadPool`. Default: they run in this one, side by side. */
  readonly threads?: PoolOf | undefined
  /** Called about four times a second while the job runs, and at its end. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Takes the records that are still parked when the job ends, before results are seen; a throw fails the job. Not called after `abort`. */
  readonly onParked?: ((records: readonly ParkedRecord[]) => void | Promise<void>) | undefined
  /** Where `onParked` puts them, and how to look at them, for people: the end of "They are in …". */
  readonly parkedPlace?: string | undefined
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
  /**
   * Takes a checkpoint now and resolves to it when it is durable. Rejects with ENG_NO_CHECKPOINTS where the job takes none, and with
   * why the job ended where it did.
   */
  checkpoint(): Promise<CheckpointHead>
  /**
   * Gives a stage another number of workers, from 1 to 64, while the job runs. Resolves when it is in force: a record that comes now is with one of
   * those; what others have in hand they finish. Rejects with ENG_NOT_STARTED, ENG_RESIZE where the stage cannot have it, ENG_RESIZE_OVER where the job is
   * ending, and why a worker did not open; then it has as many as before.
   */
  resize(stage: string, workers: number): Promise<Resized>
  /** What its sources, stages and sinks are at now, in the order of the spec, the dead letter sink last. */
  gauges(): readonly PartGauges[]
  /**
   * What its stages keep, by id, once `run` has resolved: where it was stopped, another job that begins with that (`restored`)
   * and reads what this one did not goes on where it ended.
   */
  snapshot(): Readonly<Record<string, StageSnapshot>>
  /** The records that stages and sinks hold parked now, in the order in which they came. */
  parked(): readonly ParkedRecord[]
  /** Tries parked records again, in order; default all. Resolves to how many, when they have been tried. */
  releaseParked(which?: ParkedFilter): Promise<number>
  /** Gives up the parked records that failed and tries those behind them; default all. Resolves to how many there were. */
  skipParked(which?: ParkedFilter): Promise<number>
}
