import { type CellType, type CellTypes, inferCell, typedCell } from '../cell.ts'
import type { Sliceable } from './decode-text.ts'
import type { EntryBatch } from './entry-batch.ts'
import { NO_NUMBER, NumberCell } from './number-cell.ts'
import { TextCache } from './text-cache.ts'

const newline = 10
const carriageReturn = 13
const quote = 34
const minus = 45
const zero = 48

const gaveUp = -1

/** How the cells of a column are read. */
interface Column {
  /** The number of the field that it is; -1: nobody wants it, but there can be something wrong with its cells. */
  readonly slot: number
  /** Cells to pass that lie between it and the one in front of it. */
  readonly passed: number
  readonly type: CellType | 'infer' | 'text'
  readonly readsNumbers: boolean
  readonly cache: TextCache
}

/** What the rows of a file are read by. */
export interface CsvScannerOptions {
  readonly columns: readonly string[]
  /** Whether anyone wants the column. */
  readonly wants: (column: string) => boolean
  readonly types: CellTypes
  readonly delimiter: string
  readonly maxLine: number
}

/**
 * Reads rows of CSV from bytes, only the columns asked for, into records of one shape. Texts that come again are one and
 * the same string. What it reads is what the full decoder gives; it stops in front of a row that it does not read:
 * one with a fault, or one that the chunk does not hold whole.
 */
export class CsvScanner {
  readonly #delimiter: number
  readonly #maxLine: number
  readonly #columns: readonly Column[]
  /** Cells to pass behind the last column that is read. */
  readonly #passedLast: number
  readonly #names: readonly string[]
  readonly #number: NumberCell
  #bytes: Buffer = Buffer.alloc(0)
  /** The last newline of the chunk: a row that goes on behind it is not whole. */
  #last = 0
  #record: Record<string, unknown> = {}
  #lines = 0

  constructor({ columns, delimiter, maxLine, types, wants }: CsvScannerOptions) {
    this.#delimiter = delimiter.charCodeAt(0)
    this.#maxLine = maxLine
    this.#number = new NumberCell(this.#delimiter)
    this.#names = columns.filter(wants)
    const read: Column[] = []
    let passed = 0
    for (const name of columns) {
      const type = typeOf(name, types)
      const slot = this.#names.indexOf(name)
      if (slot === -1 && type !== 'number' && type !== 'boolean') passed++
      else {
        const readsNumbers = type === 'infer' || type === 'number'
        read.push({ slot, passed, type, readsNumbers, cache: new TextCache() })
        passed = 0
      }
    }
    this.#columns = read
    this.#passedLast = passed
  }

  /** Whether such rows can be read from bytes: a delimiter that is no part of a number, names that plain assignment takes. */
  static takes({ columns, delimiter }: Pick<CsvScannerOptions, 'columns' | 'delimiter'>): boolean {
    return /^[^\w.+-]$/.test(delimiter) && !columns.includes('__proto__')
  }

  /** Lines passed since the start of the file. */
  get lines(): number {
    return this.#lines
  }

  /** Adds rows to the batch until it is full; gives the place of the first row that was not read. `lines` lie before it. */
  read(chunk: Buffer, from: number, lines: number, out: EntryBatch): number {
    this.#bytes = chunk
    this.#last = chunk.lastIndexOf(newline)
    this.#lines = lines
    let start = from
    while (start <= this.#last && !out.isFull) {
      const line = this.#lines + 1
      const isEmpty = chunk[start] === newline
      if (isEmpty || (chunk[start] === carriageReturn && chunk[start + 1] === newline)) {
        start += isEmpty ? 1 : 2
        this.#lines++
        continue
      }
      const end = this.#row(start)
      if (end === gaveUp || end - start > this.#maxLine) {
        this.#lines = line - 1
        return start
      }
      out.add(this.#record, line)
      this.#lines++
      start = end + 1
    }
    return start
  }

  /** Reads a row; gives the place of the newline behind it. */
  #row(start: number): number {
    const bytes = this.#bytes
    const columns = this.#columns
    const last = this.#passedLast === 0 ? columns.length - 1 : columns.length
    this.#record = {}
    let at = start
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index] as Column
      if (column.passed > 0) at = this.#pass(at, column.passed)
      if (at === gaveUp) return gaveUp
      const end = bytes[at] === quote ? this.#quoted(at + 1, column) : this.#plain(at, column)
      if (end === gaveUp || (bytes[end] === newline) !== (index === last)) return gaveUp
      at = end + 1
    }
    if (last < columns.length) return at - 1
    at = this.#pass(at, this.#passedLast - 1)
    const end = at === gaveUp ? gaveUp : this.#endOfCell(at)
    return end === gaveUp || bytes[end] !== newline ? gaveUp : end
  }

  /** Passes so many cells, and the delimiters behind them. */
  #pass(from: number, count: number): number {
    let at = from
    for (let left = count; left > 0; left--) {
      const end = this.#endOfCell(at)
      if (end === gaveUp || this.#bytes[end] === newline) return gaveUp
      at = end + 1
    }
    return at
  }

  /** The delimiter or newline behind a cell that nobody looks at. */
  #endOfCell(from: number): number {
    const bytes = this.#bytes
    const delimiter = this.#delimiter
    let at = from
    let byte = bytes[at]
    if (byte === quote) return this.#quoted(at + 1, undefined)
    while (byte !== delimiter && byte !== newline) byte = bytes[++at]
    return at
  }

  #plain(from: number, column: Column): number {
    const bytes = this.#bytes
    const first = bytes[from] as number
    let isUnsure = false
    if (column.readsNumbers && (first === minus || (first >= zero && first <= zero + 9))) {
      const number = this.#number
      const end = number.read(bytes, from)
      if (end !== NO_NUMBER && (number.isPrinted || column.type === 'number')) {
        this.#storeNumber(column.slot, number.value)
        return end
      }
      isUnsure = end === NO_NUMBER && number.isUnsure
    }
    const delimiter = this.#delimiter
    let all = 0
    let at = from
    let byte = first
    while (byte !== delimiter && byte !== newline) {
      all |= byte
      byte = bytes[++at] as number
    }
    const end = byte === newline && at > from && bytes[at - 1] === carriageReturn ? at - 1 : at
    const value = this.#value(from, end, all < 128, isUnsure, column)
    if (value === undefined) return gaveUp
    this.#store(column.slot, value)
    return at
  }

  #value(from: number, end: number, isAscii: boolean, isUnsure: boolean, column: Column): unknown {
    if (column.type === 'infer') {
      if (end === from) return null
      if (end === from + 4 && this.#isWord(from, 'true')) return true
      if (end === from + 5 && this.#isWord(from, 'false')) return false
      const text = this.#text(from, end, isAscii, column)
      return isUnsure ? inferCell(text) : text
    }
    const text = this.#text(from, end, isAscii, column)
    return column.type === 'text' ? text : typedCell(text, column.type, false)
  }

  /** Reads a cell from behind its opening quote, or passes it. */
  #quoted(from: number, column: Column | undefined): number {
    const bytes = this.#bytes
    const last = this.#last
    let all = 0
    let isDoubled = false
    let at = from
    for (; at < last; at++) {
      const byte = bytes[at] as number
      if (byte === quote) {
        if (bytes[at + 1] !== quote) break
        isDoubled = true
        at++
      } else if (byte === newline) this.#lines++
      all |= byte
    }
    const next = bytes[at + 1] === carriageReturn ? at + 2 : at + 1
    const isLast = bytes[next] === newline
    if (at >= last || !(isLast || bytes[at + 1] === this.#delimiter)) return gaveUp
    if (column !== undefined) {
      const value = this.#quotedValue(from, at, all < 128, isDoubled, column)
      if (value === undefined) return gaveUp
      this.#store(column.slot, value)
    }
    return isLast ? next : at + 1
  }

  #quotedValue(
    from: number,
    end: number,
    isAscii: boolean,
    isDoubled: boolean,
    column: Column,
  ): unknown {
    const { type } = column
    const cell = this.#text(from, end, isAscii, column)
    const text = isDoubled ? cell.replaceAll('""', '"') : cell
    return type === 'number' || type === 'boolean' ? typedCell(text, type, true) : text
  }

  #text(from: number, end: number, isAscii: boolean, { cache }: Column): string {
    return isAscii
      ? cache.take(this.#bytes, from, end)
      : (this.#bytes as Sliceable).utf8Slice(from, end)
  }

  #isWord(at: number, word: string): boolean {
    for (let index = 0; index < word.length; index++) {
      if (this.#bytes[at + index] !== word.charCodeAt(index)) return false
    }
    return true
  }

  /** A place in the code for each of the first fields: where one place sees one name, storing is a few times faster. */
  #store(slot: number, value: unknown): void {
    const record = this.#record
    const name = this.#names[slot] as string
    if (slot === 0) record[name] = value
    else if (slot === 1) record[name] = value
    else if (slot === 2) record[name] = value
    else if (slot === 3) record[name] = value
    else if (slot === 4) record[name] = value
    else if (slot === 5) record[name] = value
    else if (slot === 6) record[name] = value
    else if (slot === 7) record[name] = value
    else if (slot > 7) record[name] = value
  }

  /** The same for numbers, which then need no place of their own on the way. */
  #storeNumber(slot: number, value: number): void {
    const record = this.#record
    const name = this.#names[slot] as string
    if (slot === 0) record[name] = value
    else if (slot === 1) record[name] = value
    else if (slot === 2) record[name] = value
    else if (slot === 3) record[name] = value
    else if (slot === 4) record[name] = value
    else if (slot === 5) record[name] = value
    else if (slot === 6) record[name] = value
    else if (slot === 7) record[name] = value
    else if (slot > 7) record[name] = value
  }
}

function typeOf(column: string, types: CellTypes): Column['type'] {
  if (types === 'strings') return 'text'
  return typeof types === 'object' && Object.hasOwn(types, column)
    ? (types[column] ?? 'infer')
    : 'infer'
}
