import { setField } from '@millrace/base'
import { type CellType, type CellTypes, inferCell, typedCell } from '../cell.ts'
import { FILE_CSV, FILE_HEADER } from '../errors.ts'
import { parseRow, type Row } from './csv-row.ts'
import type { Decoder, Encoding, Position } from './decoder.ts'
import { decodeText } from './decode-text.ts'
import type { EntryBatch } from './entry-batch.ts'
import { LineDecoder } from './line-decoder.ts'
import { QuoteFinder } from './quote-finder.ts'

/** What rows of CSV are decoded by. */
export interface CsvDecoderOptions {
  readonly path: string
  readonly maxLine: number
  readonly delimiter: string
  readonly types: CellTypes
  readonly columns?: readonly string[] | undefined
  /** The only fields (paths) anyone looks at, of each the first name; undefined: all. */
  readonly fields?: readonly string[] | undefined
  readonly onHeader: (columns: readonly string[]) => void
}

/** Whether a column is among the fields that anyone looks at: as it is called, or as the first name of a path. */
export function wantedBy(fields: readonly string[] | undefined): (column: string) => boolean {
  if (fields === undefined) return () => true
  const names = new Set(fields.flatMap((field) => [field, field.split('.', 1)[0]]))
  return (column) => names.has(column)
}

/** Decodes rows of CSV into objects, one field per column of the header (or of `columns`), with every cell looked at. */
export class CsvDecoder implements Decoder {
  readonly #rows: LineDecoder
  readonly #delimiter: string
  readonly #types: CellTypes
  readonly #path: string
  readonly #onHeader: (columns: readonly string[]) => void
  readonly #wants: (column: string) => boolean
  #columns: readonly string[] | undefined

  constructor(position: Position, options: CsvDecoderOptions) {
    this.#path = options.path
    this.#onHeader = options.onHeader
    this.#delimiter = options.delimiter
    this.#types = options.types
    this.#wants = wantedBy(options.fields)
    this.#columns = position.columns ?? options.columns
    this.#rows = new LineDecoder(position, {
      maxLine: options.maxLine,
      finder: new QuoteFinder(options.delimiter),
      take: (...row) => this.#take(...row),
    })
  }

  decode(chunk: Buffer, from: number, out: EntryBatch): number {
    return this.#rows.decode(chunk, from, out)
  }

  end(out: EntryBatch): void {
    this.#rows.end(out)
  }

  position(offset: number): Position {
    return { ...this.#rows.position(offset), columns: this.#columns }
  }

  #take(
    bytes: Buffer,
    start: number,
    end: number,
    encoding: Encoding,
    line: number,
    out: EntryBatch,
  ): void {
    const text = decodeText(bytes, start, end, encoding, line, out)
    if (text === undefined) return
    const row = parseRow(text, this.#delimiter)
    const columns = this.#columns
    if (typeof row === 'string') out.reject(line, bytes.subarray(start, end), FILE_CSV, row)
    else if (columns === undefined) {
      this.#columns = checkHeader(row.cells, this.#path, line)
      this.#onHeader(this.#columns)
    } else {
      const record = this.#record(columns, row)
      if (typeof record !== 'string') out.add(record, line)
      else out.reject(line, bytes.subarray(start, end), FILE_CSV, record)
    }
  }

  /** The record of a row, or a sentence that says why there is none. */
  #record(columns: readonly string[], row: Row): Record<string, unknown> | string {
    const { cells, quoted } = row
    if (cells.length !== columns.length) {
      return `The row has ${cells.length} cells; ${columns.length} columns were expected.`
    }
    const record: Record<string, unknown> = {}
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index] ?? ''
      const text = cells[index] ?? ''
      const isQuoted = quoted !== undefined && quoted[index] === true
      const value = this.#value(column, text, isQuoted)
      if (value === undefined) {
        return `Column "${column}" must be a ${this.#typeOf(column)}; got ${JSON.stringify(text)}.`
      }
      if (this.#wants(column)) setField(record, column, value)
    }
    return record
  }

  #value(column: string, text: string, isQuoted: boolean): unknown {
    if (this.#types === 'strings') return text
    const type = this.#typeOf(column)
    if (type !== undefined) return typedCell(text, type, isQuoted)
    return isQuoted ? text : inferCell(text)
  }

  #typeOf(column: string): CellType | undefined {
    const types = this.#types
    return typeof types === 'object' && Object.hasOwn(types, column) ? types[column] : undefined
  }
}

function checkHeader(cells: readonly string[], path: string, line: number): readonly string[] {
  const seen = new Set<string>()
  for (const [index, cell] of cells.entries()) {
    const reason =
      cell === ''
        ? `has no name for column ${index + 1}`
        : seen.has(cell)
          ? `names "${cell}" twice`
          : undefined
    if (reason !== undefined) throw FILE_HEADER({ path, reason }, { file: path, line })
    seen.add(cell)
  }
  return cells
}
