import { formatCell } from '../cell.ts'
import { isPlain } from './flat-json.ts'
import type { LineBuffer } from './line-buffer.ts'
import { writeShortNumber } from './write-number.ts'
import {
  NOT_SHORT,
  SHORT_BYTES_MAX,
  SHORT_TEXT_MAX,
  writeAscii,
  writeCharacter,
} from './write-text.ts'

const newline = 10
const space = 32
const quote = 34
const minus = 45
const zero = 48

/**
 * Writes records as rows of CSV, byte by byte: plain objects of texts, numbers, booleans and null whose fields are the columns, in
 * their order. What it writes is what the generic way gives; it leaves everything else alone.
 */
export class FlatCsv {
  readonly #columns: readonly string[]
  readonly #delimiter: string
  readonly #delimiterByte: number
  /** Most bytes that a row takes whose texts are all short. */
  readonly #room: number

  constructor(columns: readonly string[], delimiter: string) {
    this.#columns = columns
    this.#delimiter = delimiter
    this.#delimiterByte = delimiter.charCodeAt(0)
    this.#room = columns.length * (SHORT_BYTES_MAX + 1)
  }

  /** Adds the row of a record; false, and nothing is added, where it is no such record. */
  write(record: unknown, out: LineBuffer): boolean {
    const start = out.length
    try {
      if (isPlain(record) && this.#cells(record, out)) return true
    } catch {
      // A field that cannot be read: the generic way says what that means.
    }
    out.length = start
    return false
  }

  #cells(record: Readonly<Record<string, unknown>>, out: LineBuffer): boolean {
    const columns = this.#columns
    const delimiter = this.#delimiterByte
    out.reserve(this.#room)
    const start = out.length
    let bytes = out.bytes
    let at = start
    let column = 0
    for (const name in record) {
      if (name !== columns[column]) return false
      if (column++ > 0) bytes[at++] = delimiter
      const value = record[name]
      if (typeof value === 'string') {
        const end = writeShortCell(bytes, at, value, delimiter)
        if (end === NOT_SHORT) {
          out.length = at
          out.addText(formatCell(value, this.#delimiter))
          out.reserve(this.#room)
          bytes = out.bytes
          at = out.length
        } else at = end
      } else if (typeof value === 'number') {
        if (!Number.isFinite(value)) return false
        const end = writeShortNumber(bytes, at, value)
        at = end === NOT_SHORT ? writeAscii(bytes, at, String(value)) : end
      } else if (typeof value === 'boolean') at = writeAscii(bytes, at, value ? 'true' : 'false')
      else if (value !== null && value !== undefined) return false
    }
    // A lone empty cell would be an empty line, which is no row.
    if (column !== columns.length || at === start) return false
    bytes[at] = newline
    out.length = at + 1
    return true
  }
}

/** Writes a short text that needs no quotes for certain; gives the place behind it. */
function writeShortCell(bytes: Buffer, from: number, text: string, delimiter: number): number {
  const last = text.length - 1
  if (last < 0 || last >= SHORT_TEXT_MAX) return NOT_SHORT
  const first = text.charCodeAt(0)
  const isNumberLike = first === minus || (first >= zero && first <= zero + 9)
  if (isNumberLike || !isInk(first) || !isInk(text.charCodeAt(last))) return NOT_SHORT
  if (text === 'true' || text === 'false') return NOT_SHORT
  let at = from
  for (let index = 0; index <= last; index++) {
    const code = text.charCodeAt(index)
    if (code < 128) {
      if (code < space || code === quote || code === delimiter) return NOT_SHORT
      bytes[at++] = code
    } else {
      at = writeCharacter(bytes, at, code)
      if (at === NOT_SHORT) return NOT_SHORT
    }
  }
  return at
}

/** Whether a character is ASCII and shows: neither white space nor a mark. */
function isInk(code: number): boolean {
  return code > space && code < 127
}
