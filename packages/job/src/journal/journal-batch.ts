import type { Recalled } from '@millrace/engine'
import type { Malformed, SourceBatch } from '@millrace/sdk'
import type { JournalEntry } from './journal-entry.ts'

/** Where the reader of a partition stands: number of the next entry of its journal. */
export interface JournalPosition {
  readonly journal: number
}

/** A batch that is in the journal, with what it was when it came. */
export class JournalBatch implements SourceBatch, Recalled {
  readonly values: readonly unknown[]
  readonly offsets: ArrayLike<number> | undefined
  readonly lines: ArrayLike<number> | undefined
  readonly malformed: readonly Malformed[] | undefined
  readonly bytes: number | undefined
  readonly position: JournalPosition
  readonly origin: { readonly source: string; readonly partition: string }
  readonly arrival: number

  constructor(number: number, { arrival, batch }: JournalEntry, origin: JournalBatch['origin']) {
    this.values = batch.values
    this.offsets = batch.offsets
    this.lines = batch.lines
    this.malformed = batch.malformed
    this.bytes = batch.bytes
    this.position = { journal: number + 1 }
    this.origin = origin
    this.arrival = arrival
  }
}

/** The number in a position; undefined for one that a journal did not give. */
export function numberOf(position: unknown): number | undefined {
  const { journal } = (position ?? {}) as Partial<JournalPosition>
  return typeof journal === 'number' ? journal : undefined
}
