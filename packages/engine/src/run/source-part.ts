import type { SourceSnapshot } from '../checkpoint/checkpoint.ts'
import type { Crashed } from './crashed.ts'
import type { Edge } from './edge.ts'

/** A source as its job knows it, wherever it is read. */
export interface SourcePart {
  /** How often it was started again. */
  readonly restarts: number
  /** Event time behind the last record, epoch ms; -Infinity before the first. */
  readonly watermark: number
  open(): Promise<void>
  close(): Promise<void>
  /** Where it stands; for between two batches. */
  snapshot(): SourceSnapshot
  /** Sends the barrier of a checkpoint, and says where it stands. A promise where it is read elsewhere. */
  barrier(): SourceSnapshot | Promise<SourceSnapshot>
  ack(snapshot: SourceSnapshot): Promise<void>
  /** Starts reading; `again` queues the next pull behind what else there is to do. */
  begin(again: () => void): void
  receive(message: 'pull' | Crashed): void | Promise<void>
  /** No more reading: what was read is passed on, then the end. */
  pause(): void
  handOver(readers: ReadonlySet<Edge>): void
  halt(): void
}
