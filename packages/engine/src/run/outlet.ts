import type { RecordBatch } from './record-batch.ts'

/** One reader of an output, as its writer sees it: an edge, or the edges to all replicas of a stage. */
export interface Outlet {
  /** Whether it drops what does not fit instead of holding its writer back. */
  readonly lossy: boolean
  /** False while records wait for credit. */
  readonly clear: boolean
  /** Called when nothing waits here any more. */
  onClear: (() => void) | undefined
  /** Queues a sealed batch and sends what credit allows. */
  offer(batch: RecordBatch, mark: number): void
  /** A watermark without records, and whether the writer steps aside. */
  offerMark(mark: number, isIdle: boolean): void
  /** The barrier of a checkpoint: leaves in its order, and needs no credit itself. */
  offerBarrier(): void
  /** The last message; call it only when the outlet is clear. */
  end(complete: boolean): void
}
