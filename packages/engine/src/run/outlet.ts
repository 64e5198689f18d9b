import type { RecordBatch } from './record-batch.ts'

/** One reader of an output, as its writer sees it: an edge, or the edges to all replicas of a stage. */
export interface Outlet {
  /** How many readers a record counts as sent to. */
  readonly readers: number
  /** Whether it drops what does not fit instead of holding its writer back. */
  readonly lossy: boolean
  /** False while records wait for credit. */
  readonly clear: boolean
  /** Called when nothing waits here any more. */
  onClear: (() => void) | undefined
  /** Queues a sealed batch, or a part of one, and sends what credit allows. */
  offer(batch: RecordBatch, mark: number, start?: number, end?: number): void
  /** A watermark without records, and whether the writer steps aside. */
  offerMark(mark: number, isIdle: boolean): void
  /** What came of one unit of records is all there: for a reader that takes it in order. */
  offerUnit(): void
  /** From here on units are handed out by another number of replicas: for the same reader. */
  offerTurn(): void
  /** The barrier of a checkpoint: leaves in its order, and needs no credit itself. */
  offerBarrier(): void
  /** The last message; call it only when the outlet is clear. */
  end(complete: boolean): void
}
