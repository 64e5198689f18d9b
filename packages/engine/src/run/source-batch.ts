import type { Malformed, SourceBatch } from '@millrace/sdk'

/** One entry of the input: a value or what could not be decoded. */
export interface Entries {
  /** All offsets, values and malformed together, in order. */
  readonly offsets: number[]
  readonly lines: (number | undefined)[]
  /** Position of each value in `offsets`. */
  readonly rows: number[]
  readonly values: unknown[]
  /** Position of each malformed entry in `offsets`. */
  readonly badRows: number[]
  readonly malformed: Malformed[]
}

/** Lines up the values and malformed entries of a batch in the order of the input; at most `most` of them. */
export function mergeEntries(batch: SourceBatch, nextOffset: number, most: number): Entries {
  const bad = batch.malformed ?? []
  const entries: Entries = {
    offsets: [],
    lines: [],
    rows: [],
    values: [],
    badRows: [],
    malformed: [],
  }
  const total = Math.min(most, batch.values.length + bad.length)
  let value = 0
  let fault = 0
  let next = nextOffset
  for (let row = 0; row < total; row++) {
    const malformed = bad[fault]
    const offset = batch.offsets?.[value] ?? next
    const takesBad =
      malformed !== undefined && (value >= batch.values.length || malformed.offset <= offset)
    if (takesBad) {
      entries.offsets.push(malformed.offset)
      entries.lines.push(malformed.line)
      entries.badRows.push(row)
      entries.malformed.push(malformed)
      next = malformed.offset + 1
      fault++
    } else {
      entries.offsets.push(offset)
      entries.lines.push(batch.lines?.[value])
      entries.rows.push(row)
      entries.values.push(batch.values[value])
      next = offset + 1
      value++
    }
  }
  return entries
}
