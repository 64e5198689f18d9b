import type { JobCheckpoint } from '../checkpoint/checkpoint.ts'
import type { JobSpec, SourceSpec } from '../plan/job-spec.ts'
import type { PartLetters } from '../report/dead-letter-log.ts'
import type { SourceSnapshot } from '../checkpoint/checkpoint.ts'
import type { SourceCounts, StageCounts } from '../report/summary.ts'
import type { FieldWatches } from '../run/field-watches.ts'
import type { SourceReader } from './source-reader.ts'
import type { SourcePart } from '../run/source-part.ts'
import type { StagePart } from '../run/stage-part.ts'
import type { TaskHost } from '../run/task-host.ts'
import type { Wired } from './wired.ts'

/** What a stage counts, wherever it runs. */
export interface StageTally {
  readonly id: string
  snapshot(): StageCounts
}

/** What stands in the place of a stage that runs elsewhere. */
export interface StandIn {
  readonly task: StagePart
  readonly counter: StageTally
}

/** What a stand-in is made of. */
export interface StandInParts {
  readonly fields: FieldWatches
  readonly letters: PartLetters
  /** Of a stage that has done nothing. */
  readonly counts: StageCounts
}

/** What a source counts, wherever it is read. */
export interface SourceTally {
  readonly id: string
  snapshot(): SourceCounts
}

/** What stands in the place of a source that workers read elsewhere, and what that is made of. */
export interface SourceStandIn {
  readonly task: SourcePart
  readonly counter: SourceTally
}
export interface SourceStandInParts {
  /** The worker that is here. */
  readonly local: SourceReader
  /** Of any of its workers, with the id of the source. */
  readonly spec: SourceSpec
  readonly restored: SourceSnapshot | undefined
}

/** Which parts of a job are built, and what stands for the others. */
export interface Placement {
  isHere(part: string): boolean
  /** Undefined: nothing stands for it here. */
  standIn(stage: string, parts: StandInParts): StandIn | undefined
  /** The same of a source that workers read. Absent: nothing ever does. */
  sourceStandIn?(parts: SourceStandInParts): SourceStandIn
  /** Asks for more for a worker of a source that is here. */
  want?(worker: string): void
}

/** Where stages run that do not run here, for one life of a pipeline. */
export interface Pool extends Placement {
  /** Resolves when all stages there are open, and when nobody need wait for that any more. */
  readonly opened: Promise<void>
  /** Starts it; `edges` in the order of the job's wiring. */
  start(edges: readonly Wired[]): void
  pause(isStopping: boolean): void
  halt(): void
  /** A part here has passed on its last message. Whether that is one of several that are one to the job, which hears of it when all have. */
  finishedHere(part: string): boolean
  close(): Promise<void>
}

/** Makes the pool of a life of a pipeline that goes on from `restored`. */
export type PoolOf = (host: TaskHost, spec: JobSpec, restored: JobCheckpoint | undefined) => Pool
