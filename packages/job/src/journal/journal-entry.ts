import { deserialize, serialize } from 'node:v8'
import { messageOf } from '@millrace/base'
import type { Malformed, SourceBatch } from '@millrace/sdk'
import { JOB_JOURNAL_DATA } from '../errors.ts'

/** A batch as it came from a source. */
export interface JournalEntry {
  /** When it came, epoch ms; never before that of an earlier one. */
  readonly arrival: number
  /** Each value has its offset. */
  readonly batch: SourceBatch
  /** Offset behind its last one. */
  readonly nextOffset: number
}

/** In the place of a batch: a job that was begun anew reads from behind it. */
export const BEGIN = new Uint8Array(0)

/** Throws JOB_JOURNAL_DATA for what cannot be written down, such as a function. */
export function encodeEntry(entry: JournalEntry, id: string): Uint8Array {
  try {
    return serialize(entry)
  } catch (error) {
    throw JOB_JOURNAL_DATA({ id, reason: messageOf(error).replace(/\.$/, '') }, {}, error)
  }
}

/** The other way; undefined for the beginning of a run. */
export function decodeEntry(bytes: Uint8Array): JournalEntry | undefined {
  return bytes.length === 0 ? undefined : (deserialize(bytes) as JournalEntry)
}

/** Counts a source's entries on from those of its earlier runs. */
export class EntryCount {
  readonly #base: number
  readonly #bytes: number
  /** Offset behind the last entry. */
  next: number

  constructor(last: JournalEntry | undefined) {
    this.#base = last?.nextOffset ?? 0
    this.#bytes = last?.batch.bytes ?? 0
    this.next = this.#base
  }

  /** The batch with the offset of each entry, as they are counted over all runs. */
  place(batch: SourceBatch): SourceBatch {
    const malformed = batch.malformed?.map((one): Malformed => {
      return { ...one, offset: one.offset + this.#base }
    })
    const offsets = this.#offsetsOf(batch, malformed ?? [])
    const last = Math.max(offsets.at(-1) ?? -1, malformed?.at(-1)?.offset ?? -1)
    if (last >= 0) this.next = last + 1
    const { lines, values } = batch
    return {
      values,
      offsets,
      ...(lines !== undefined && { lines }),
      ...(malformed !== undefined && { malformed }),
      ...(batch.bytes !== undefined && { bytes: batch.bytes + this.#bytes }),
    }
  }

  #offsetsOf({ offsets, values }: SourceBatch, malformed: readonly Malformed[]): readonly number[] {
    if (offsets !== undefined) return Array.from(offsets, (offset) => offset + this.#base)
    let next = this.next
    let fault = 0
    return values.map(() => {
      // Those that could not be decoded have offsets of their own, and stand in between.
      while ((malformed[fault]?.offset ?? Number.POSITIVE_INFINITY) <= next) {
        next = (malformed[fault++] as Malformed).offset + 1
      }
      return next++
    })
  }
}
