import type { StageInstance } from '@millrace/sdk'
import type { StageCapture } from '../checkpoint/checkpoint.ts'
import type { StageSnapshot } from '../state/saved-state.ts'
import type { Committing } from './committing.ts'
import type { Crashed } from './crashed.ts'
import type { ParkedRecord } from './dead-letter.ts'
import type { Due } from './due.ts'
import type { Arrival, Edge } from './edge.ts'
import type { FieldWatches } from './field-watches.ts'
import type { LetGo } from './let-go.ts'

/** What a stage is told. */
export type StageMessage = Arrival | LetGo | Crashed | Due | Committing

/** A stage as its job knows it, wherever it runs. */
export interface StagePart {
  readonly fields: FieldWatches
  /** Whether it has passed on its last message. */
  readonly isOver: boolean
  /** What waits here until someone says what becomes of it. */
  readonly parked: readonly ParkedRecord[]
  /** How often its instance was made again. */
  readonly restarts: number
  /** How far its event time has come. */
  readonly watermark: number
  /** Keys on the disk and the bytes of them; undefined: it keeps all in memory. */
  readonly spilled: { readonly keys: number; readonly bytes: number } | undefined
  /** Tells which records it would filter; undefined: nobody can tell before they come. */
  readonly prefilter: StageInstance['prefilter']
  open(): Promise<void>
  close(): Promise<void>
  receive(message: StageMessage): void | Promise<void>
  /** What it keeps; for between two records. Absent: nobody here can tell. */
  snapshot?(): StageSnapshot
  /** Its part of a checkpoint; for between two records. */
  checkpoint(): StageCapture | Promise<StageCapture>
  /** The job has failed: results of finished records go to readers that still take them. */
  handOver(readers: ReadonlySet<Edge>): void
  halt(): void
}
