import type { OriginTable, RecordBatch } from '../run/record-batch.ts'
import type { Column } from './column.ts'
import { ColumnEncoder } from './column-encoder.ts'
import type { Compile } from './row-code.ts'

/** Records on their way to another thread. */
export interface EncodedBatch {
  readonly values: Column
  readonly timestamps: Float64Array
  readonly marks: Float64Array
  readonly rows: Int32Array
  /** Absent: that of the batch before. */
  readonly table?: EncodedTable
}

/** Where they came from. */
export interface EncodedTable extends Omit<OriginTable, 'offsets' | 'lines'> {
  readonly offsets: Float64Array
  readonly lines: Float64Array | undefined
}

/** Encodes the batches of one link, in their order. */
export class BatchEncoder {
  readonly #values: ColumnEncoder
  #table: OriginTable | undefined

  /** `needed`: the only fields of records that anyone looks at. Default: all. */
  constructor(compile: Compile | undefined, needed?: readonly string[]) {
    this.#values = new ColumnEncoder(compile, needed)
  }

  /** The records from `start` to `end`. */
  encode(batch: RecordBatch, start: number, end: number): EncodedBatch {
    const { table, values } = batch
    const isWhole = start === 0 && end === values.length
    const isSame = table === this.#table
    this.#table = table
    return {
      values: this.#values.encode(isWhole ? values : values.slice(start, end)),
      timestamps: numbers(batch.timestamps, start, end),
      marks: numbers(batch.marks, start, end),
      rows: Int32Array.from(batch.rows.slice(start, end)),
      ...(!isSame && { table: encodedTable(table) }),
    }
  }
}

function encodedTable(table: OriginTable): EncodedTable {
  const { base, lines, offsets, partition, source, unit } = table
  return {
    source,
    partition,
    base,
    unit,
    offsets: numbers(offsets, 0, offsets.length),
    lines: lines && numbers(lines, 0, lines.length),
  }
}

function numbers(list: ArrayLike<number>, start: number, end: number): Float64Array {
  const column = new Float64Array(end - start)
  for (let at = start; at < end; at++) column[at - start] = list[at] as number
  return column
}
