import { noOrigins, type OriginTable, RecordBatch } from '../run/record-batch.ts'
import type { EncodedBatch } from './batch-encoder.ts'
import { ColumnDecoder, listOf } from './column-decoder.ts'
import type { Compile } from './row-code.ts'

/** Makes batches again of what one encoder has written, in the same order. */
export class BatchDecoder {
  readonly #values: ColumnDecoder
  #table: OriginTable = noOrigins

  constructor(compile: Compile | undefined) {
    this.#values = new ColumnDecoder(compile)
  }

  decode({ marks, rows, table, timestamps, values }: EncodedBatch): RecordBatch {
    if (table !== undefined) this.#table = table
    return new RecordBatch(
      this.#values.decode(values, timestamps.length),
      listOf(timestamps),
      listOf(marks),
      listOf(rows),
      this.#table,
    )
  }
}
