import type { Malformed, RawRecords, SourceBatch } from '@millrace/sdk'

/** One entry of the input: a value or what could not be decoded. */
export interface Entries {
  /** All offsets, values and malformed together, in order. */
  readonly offsets: ArrayLike<number>
  /** Undefined where the input has no lines. */
  readonly lines: ArrayLike<number> | undefined
  /** Position of each value in `offsets`. */
  readonly rows: readonly number[]
  readonly values: readonly unknown[]
  /** Position of each malformed entry in `offsets`. */
  readonly badRows: readonly number[]
  readonly malformed: readonly Malformed[]
  /** By position in `offsets`. */
  readonly raw: RawRecords | undefined
}

const noBytes = new Uint8Array(0)

/** Lines up the values and malformed entries of a batch in the order of the input; at most `most` of them. */
export function mergeEntries(batch: SourceBatch, nextOffset: number, most: number): Entries {
  const bad = batch.malformed ?? []
  if (bad.length === 0 && batch.values.length <= most) return allValues(batch, nextOffset)
  const offsets: number[] = []
  const lines: number[] = []
  const rows: number[] = []
  const values: unknown[] = []
  const badRows: number[] = []
  const malformed: Malformed[] = []
  const raw = batch.raw && { bytes: [] as Uint8Array[], from: [] as number[], to: [] as number[] }
  const total = Math.min(most, batch.values.length + bad.length)
  let value = 0
  let fault = 0
  let nextOne = nextOffset
  for (let row = 0; row < total; row++) {
    const next = bad[fault]
    const offset = batch.offsets?.[value] ?? nextOne
    const takesBad = next !== undefined && (value >= batch.values.length || next.offset <= offset)
    if (takesBad) {
      offsets.push(next.offset)
      lines.push(next.line ?? 0)
      badRows.push(row)
      malformed.push(next)
      raw?.bytes.push(noBytes)
      raw?.from.push(0)
      raw?.to.push(0)
      nextOne = next.offset + 1
      fault++
    } else {
      offsets.push(offset)
      lines.push(batch.lines?.[value] ?? 0)
      rows.push(row)
      values.push(batch.values[value])
      raw?.bytes.push(batch.raw?.bytes[value] ?? noBytes)
      raw?.from.push(batch.raw?.from[value] ?? 0)
      raw?.to.push(batch.raw?.to[value] ?? 0)
      nextOne = offset + 1
      value++
    }
  }
  const hasLines = lines.some((line) => line > 0)
  return { offsets, lines: hasLines ? lines : undefined, rows, values, badRows, malformed, raw }
}

/** The usual case, without a look at each entry. */
function allValues(batch: SourceBatch, nextOffset: number): Entries {
  const { lines, raw, values } = batch
  const offsets = batch.offsets ?? Array.from(values, (_, index) => nextOffset + index)
  return { offsets, lines, rows: firstRows(values.length), values, badRows: [], malformed: [], raw }
}

const counted: number[] = []

function firstRows(length: number): readonly number[] {
  while (counted.length < length) counted.push(counted.length)
  return counted
}
