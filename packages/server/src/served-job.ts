import type { PartGauges, Progress } from '@millrace/job'

/** A job as the server sees it; a started `Job` is one. */
export interface ServedJob {
  progress(): Progress
  gauges(): readonly PartGauges[]
}
