import type { KeyValue } from '@millrace/base'
import { NO_SLOT } from '../state/current-key.ts'
import type { ParkedRecord } from './dead-letter.ts'
import type { Parked } from './parking-lot.ts'
import { type BatchIds, NO_ROW, noOrigins, RecordBatch } from './record-batch.ts'

/** A parked record in a checkpoint. */
export interface SavedParked {
  readonly record: ParkedRecord
  readonly value: unknown
  readonly timestamp: number
  /** The watermark in front of it. */
  readonly mark: number
  /** The watermark that it holds back. */
  readonly limit: number
  readonly input: string
  /** Values of its key in the order of `by`; null: it waits alone. */
  readonly key: readonly KeyValue[] | null
  /** Which record of its sink's input it is; absent for stages. */
  readonly ids?: BatchIds | undefined
  /** Absent: no entry of the input led to it. */
  readonly origin?: {
    readonly source: string
    readonly partition: string
    readonly offset: number
    readonly unit?: 'bytes' | undefined
    readonly line: number | undefined
    /** Records the job had read before it. */
    readonly base: number
  }
}

/** Writes a parked record down; `keyOf` gives the values of a slot's key. */
export function saveParked(
  { batch, input, mark, record, slot }: Parked,
  keyOf: (slot: number) => readonly KeyValue[] | null,
): SavedParked {
  const { base, lines, offsets, partition, source, unit } = batch.table
  const offset = batch.rows[0] === NO_ROW ? undefined : offsets[0]
  return {
    record,
    value: batch.values[0],
    timestamp: batch.timestamps[0] as number,
    mark: batch.marks[0] as number,
    limit: mark,
    input,
    key: slot === NO_SLOT ? null : keyOf(slot),
    ...(batch.ids && { ids: batch.ids }),
    ...(offset !== undefined && {
      origin: { source, partition, offset, ...(unit && { unit }), line: lines?.[0], base },
    }),
  }
}

/** The record as it was parked; `slotOf` gives the slot of a key. */
export function loadParked(
  { ids, input, key, limit, mark, origin, record, timestamp, value }: SavedParked,
  slotOf: (key: readonly KeyValue[]) => number,
): Parked {
  const table =
    origin === undefined
      ? noOrigins
      : {
          source: origin.source,
          partition: origin.partition,
          offsets: [origin.offset],
          unit: origin.unit,
          lines: origin.line === undefined ? undefined : [origin.line],
          base: origin.base,
        }
  const row = origin === undefined ? NO_ROW : 0
  const batch = new RecordBatch([value], [timestamp], [mark], [row], table, ids)
  return { record, batch, slot: key === null ? NO_SLOT : slotOf(key), input, mark: limit }
}
