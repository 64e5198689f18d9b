import type { JobCheckpoint } from '../checkpoint/checkpoint.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import type { PartLetters } from '../report/dead-letter-log.ts'
import type { StageCounts } from '../report/summary.ts'
import type { FieldWatches } from '../run/field-watches.ts'
import type { StagePart } from '../run/stage-part.ts'
import type { TaskHost } from '../run/task-host.ts'
import type { Wired } from './wiring.ts'

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

/** Which parts of a job are built, and what stands for the others. */
export interface Placement {
  isHere(part: string): boolean
  /** Undefined: nothing stands for it here. */
  standIn(stage: string, parts: StandInParts): StandIn | undefined
}

/** Where stages run that do not run here, for one life of a pipeline. */
export interface Pool extends Placement {
  /** Resolves when all stages there are open, and when nobody need wait for that any more. */
  readonly opened: Promise<void>
  /** Starts it; `edges` in the order of the job's wiring. */
  start(edges: readonly Wired[]): void
  pause(isStopping: boolean): void
  halt(): void
  close(): Promise<void>
}

/** Makes the pool of a life of a pipeline that goes on from `restored`. */
export type PoolOf = (host: TaskHost, spec: JobSpec, restored: JobCheckpoint | undefined) => Pool
