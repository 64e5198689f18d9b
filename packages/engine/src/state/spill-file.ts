import type { Sliced } from './stage-changes.ts'

/** Where keys wait that are not in memory: scratch, which nobody reads again once the job is over. What it throws ends the job. */
export interface SpillFile {
  /** Throws for what cannot be written down, such as a function. */
  encode(data: unknown): Uint8Array
  decode(bytes: Uint8Array): unknown
  /** Keeps bytes under a slot that has none. They may be used again afterwards. */
  put(slot: number, bytes: Uint8Array): void
  /** Gives back what a slot has, which it forgets. Valid until the next call. */
  take(slot: number): Uint8Array
  /** What some slots have, as it is now whenever it is read: ask for each piece once, in order. */
  hold(slots: Int32Array): HeldBytes
  /** Bytes on the disk. */
  readonly size: number
  close(): void
}

/** What some slots have, in an order of its own. */
export interface HeldBytes {
  readonly slots: Int32Array
  /** Of the bytes of each. */
  readonly lengths: Int32Array
  readonly bytes: Sliced<Uint8Array>
}
