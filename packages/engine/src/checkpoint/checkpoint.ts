import type { Piece, SinkToken } from '@millrace/sdk'
import type { SavedLetters } from '../report/dead-letter-log.ts'
import type { SinkCounts, SourceCounts, StageCounts } from '../report/summary.ts'
import type { SavedParked } from '../run/saved-parked.ts'
import type { StageSnapshot } from '../state/saved-state.ts'
import type { StageChanges } from '../state/stage-changes.ts'

/** Where one partition stands. */
export interface PartitionSnapshot {
  readonly name: string
  /** Number of the next entry. */
  readonly offset: number
  /** What its source reads on from; undefined: nothing was read, or the source cannot say. */
  readonly position: unknown
  /** Only this piece of it; there may be others of the same partition. Absent: all of it. */
  readonly piece?: Piece | undefined
  /** Bytes read so far. */
  readonly bytes: number
  /** Watermark behind the last record. */
  readonly mark: number
  /** Largest event time seen. */
  readonly largest: number
  /** What its watermark strategy keeps; absent: it keeps nothing. */
  readonly strategy?: unknown
}

/** Where a source stands: all in front of this has left it. */
export interface SourceSnapshot {
  /** The input is over. */
  readonly isOver: boolean
  /** Partitions in hand, in the order in which they were begun. */
  readonly partitions: readonly PartitionSnapshot[]
  /** Names of partitions that are over. */
  readonly done: readonly string[]
  /** Where they ended, of those whose source has not been told yet that this is durable. Absent: none. */
  readonly ends?: Readonly<Record<string, unknown>> | undefined
  /** Bytes read of those. */
  readonly bytesDone: number
  readonly watermark: number
  /** The watermark that the clock came to when all was silent; absent: it never was. */
  readonly clockMark?: number | undefined
  /** How far the event time of partitions that are over would have come with the clock; absent: there are none. */
  readonly reached?: number | undefined
  readonly letters: SavedLetters
  readonly counts: SourceCounts
}

/** What a stage keeps at a checkpoint. */
export interface StageCheckpoint {
  /** All its inputs are over, and it has said its last. */
  readonly isOver: boolean
  /** How far the event time of inputs that are over would have come with the clock; absent: there are none. */
  readonly reached?: number | undefined
  readonly snapshot: StageSnapshot
  /**
   * The store that takes the next changes has those from which `mergeChanges` made the snapshot: the next ones follow them. Absent: they
   * begin anew, with all that the stage keeps.
   */
  readonly isKept?: boolean | undefined
  readonly parked: readonly SavedParked[]
  readonly letters: SavedLetters
  readonly counts: StageCounts
  /** Why records were filtered, by reason: those that the counts do not list. Absent: none. */
  readonly moreReasons?: Readonly<Record<string, number>> | undefined
}

/** What a stage hands in at a checkpoint. */
export interface StageCapture extends Omit<StageCheckpoint, 'snapshot' | 'isKept'> {
  readonly changes: StageChanges
}

/** What a sink keeps at a checkpoint. */
export interface SinkCheckpoint {
  /** Absent: the sink cannot prepare. */
  readonly token?: SinkToken | undefined
  /** What earlier runs had prepared, that nobody goes on from and that it has not forgotten yet. Absent: nothing. */
  readonly setAside?: readonly SinkToken[] | undefined
  /** Records taken from each input, in the order of the job's wiring. */
  readonly taken: readonly number[]
  /** The most that was taken from any input when there were others; absent: there never were. */
  readonly takenBefore?: number | undefined
  readonly parked: readonly SavedParked[]
  readonly letters: SavedLetters
  readonly counts: SinkCounts
}

/** All that a job needs to go on from where it stood: plain data, but for what users put into state. */
export interface JobCheckpoint {
  /** From 1, growing through all runs of the job. */
  readonly number: number
  /** When it was begun, epoch ms. */
  readonly time: number
  /** Why it was the last one of its run; absent: it was not. */
  readonly end?: 'finished' | 'stopped' | undefined
  /** Records the job has read. */
  readonly read: number
  readonly sources: Readonly<Record<string, SourceSnapshot>>
  readonly stages: Readonly<Record<string, StageCheckpoint>>
  readonly sinks: Readonly<Record<string, SinkCheckpoint>>
}

/** What can be said of a checkpoint without what it holds. */
export type CheckpointHead = Pick<JobCheckpoint, 'number' | 'time' | 'end' | 'read'>

/** A checkpoint as a job takes it: of its stages what has changed, see `mergeChanges`. */
export interface JobChanges extends Omit<JobCheckpoint, 'stages'> {
  readonly stages: Readonly<Record<string, StageCapture>>
}

/** Room that a checkpoint takes. */
export interface CommittedBytes {
  /** Written for it. */
  readonly writtenBytes: number
  /** Of all that it holds, also what earlier ones have written. */
  readonly stateBytes: number
}

/** Where checkpoints are kept whole. For small state: each takes as long as the first. */
export interface CheckpointStore {
  readonly takesChanges?: false
  /** Resolves when the checkpoint is durable: a power cut cannot take it any more. Rejects where it is not, and then nothing of it counts. */
  commit(checkpoint: JobCheckpoint): Promise<void | CommittedBytes>
}

/** Where changes are kept. */
export interface ChangeStore {
  readonly takesChanges: true
  /** As that of a checkpoint store. A rejection ends the run (or the pipeline begins anew), so that changes always follow those before. */
  commit(changes: JobChanges): Promise<void | CommittedBytes>
  /** The last durable checkpoint of this run, whole; undefined: there is none. */
  last(): Promise<JobCheckpoint | undefined>
}

/** How a job writes down what it needs to go on. */
export interface CheckpointSpec {
  /** Time between the beginnings of two checkpoints, ms. One that takes longer delays the next. */
  readonly everyMs: number
  readonly store: CheckpointStore | ChangeStore
  /** The job goes on from here. */
  readonly restored?: JobCheckpoint | undefined
  /**
   * Where the job does not go on from its last checkpoint: what the sinks had prepared for that, by id, and behind it what they still had to
   * forget then. With `restored` it goes back to a savepoint, else it begins anew.
   */
  readonly setAside?: Readonly<Record<string, readonly SinkToken[]>> | undefined
}
