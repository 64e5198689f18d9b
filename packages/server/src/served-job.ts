import type { PartGauges, Progress } from '@millrace/job'

/** What is known of the checkpoints of a job. */
export interface CheckpointFigures {
  /** Checkpoints that became durable in this run. */
  readonly count: number
  /** When the last durable one was begun, epoch ms; absent: there is none. */
  readonly time?: number | undefined
  /** From its beginning until it was durable, ms. */
  readonly durationMs?: number | undefined
  /** What it wrote, bytes; absent where nobody counts that. */
  readonly sizeBytes?: number | undefined
  /** Checkpoints of this run that did not become durable; absent where nobody counts that. */
  readonly failures?: number | undefined
}

/** Progress of a job; jobs without checkpoints have no figures of them. */
export interface ServedProgress extends Omit<Progress, 'checkpoint'> {
  readonly checkpoint?: CheckpointFigures | undefined
}

/** A job as the server sees it; a started `Job` is one. */
export interface ServedJob {
  progress(): ServedProgress
  gauges(): readonly PartGauges[]
}
