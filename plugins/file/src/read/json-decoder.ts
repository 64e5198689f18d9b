import { formatSize } from '@millrace/base'
import { FILE_JSON, FILE_LINE_TOO_LONG } from '../errors.ts'
import type { Decoder, JsonPlace, Position } from './decoder.ts'
import { decodeJson } from './decode-text.ts'
import type { EntryBatch } from './entry-batch.ts'
import { firstBytes } from './line-decoder.ts'

const newline = 10
const quote = 34
const comma = 44
const backslash = 92
const openBracket = 91
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

const isBlank = (byte: number | undefined): boolean =>
  byte === 32 || byte === newline || byte === 13 || byte === 9

/**
 * Streams the elements of a JSON array; a file that does not start with `[` is read as values one after the other
 * (one object, or JSON lines). Only the element in hand is held, up to `maxLine` bytes.
 */
export class JsonDecoder implements Decoder {
  readonly #maxLine: number
  #place: JsonPlace
  #bytes: number
  #line: number
  // The element in hand: its start in the chunk, what earlier chunks brought of it, and how far into it we are.
  #inside = false
  #pending: Buffer[] = []
  #elementBytes = 0
  #newlines = 0
  #depth = 0
  #inText = false
  #escaped = false
  #kind: 'container' | 'text' | 'scalar' = 'scalar'
  #tooLong = false

  constructor(position: Position, options: { readonly maxLine: number }) {
    this.#maxLine = options.maxLine
    this.#place = position.json ?? 'start'
    this.#bytes = position.bytes
    this.#line = position.line
  }

  decode(chunk: Buffer, from: number, out: EntryBatch): number {
    let at = from
    while (at < chunk.length && !out.isFull) {
      at = this.#inside ? this.#element(chunk, at, out) : this.#between(chunk, at, out)
    }
    return at
  }

  end(out: EntryBatch): void {
    const isCutOff = this.#place !== 'values' && this.#place !== 'start' && this.#place !== 'after'
    if (isCutOff) {
      const message = 'The file ends before its array does.'
      out.reject(this.#line + 1, Buffer.concat(this.#pending), FILE_JSON, message)
      // Told once: whoever reads on from here is at the end.
      if (this.#inside) this.#bytes += this.#elementBytes
    } else if (this.#inside) this.#finish(Buffer.alloc(0), 0, 0, out)
    this.#inside = false
    this.#place = 'after'
  }

  position(offset: number): Position {
    return { bytes: this.#bytes, offset, line: this.#line, json: this.#place }
  }

  /** Blanks, commas and brackets between elements; returns where an element starts or the chunk ends. */
  #between(chunk: Buffer, from: number, out: EntryBatch): number {
    const byte = chunk[from] ?? 0
    if (isBlank(byte)) {
      if (byte === newline) this.#line++
    } else if (this.#place === 'start' && byte === openBracket) this.#place = 'first'
    else if (this.#place === 'comma' && byte === comma) this.#place = 'element'
    else if ((this.#place === 'comma' || this.#place === 'first') && byte === closeBracket) {
      this.#place = 'after'
    } else if (this.#place === 'element' && byte === closeBracket) {
      this.#noElement(chunk, from, out)
      this.#place = 'after'
    } else if ((this.#place === 'element' || this.#place === 'first') && byte === comma) {
      this.#noElement(chunk, from, out)
      this.#place = 'element'
    } else {
      if (this.#place === 'start') this.#place = 'values'
      this.#begin(byte)
      return from
    }
    this.#bytes++
    return from + 1
  }

  #noElement(chunk: Buffer, at: number, out: EntryBatch): void {
    const message = 'An element of the array was expected.'
    out.reject(this.#line + 1, chunk.subarray(at, at + 1), FILE_JSON, message)
  }

  #begin(byte: number): void {
    this.#inside = true
    this.#pending = []
    this.#elementBytes = 0
    this.#newlines = 0
    this.#depth = 0
    this.#inText = false
    this.#escaped = false
    this.#tooLong = false
    this.#kind =
      byte === openBrace || byte === openBracket ? 'container' : byte === quote ? 'text' : 'scalar'
  }

  /** Goes on in the element in hand; returns its end in the chunk, or where the chunk or its room is used up. */
  #element(chunk: Buffer, from: number, out: EntryBatch): number {
    const room = this.#tooLong ? chunk.length : from + this.#maxLine + 1 - this.#elementBytes
    const limit = Math.min(chunk.length, room)
    const end = this.#find(chunk, from, limit)
    if (end !== -1) {
      this.#finish(chunk, from, end, out)
      return end
    }
    this.#keep(chunk.subarray(from, limit))
    return limit
  }

  #find(chunk: Buffer, from: number, limit: number): number {
    if (this.#place === 'after') return this.#count(chunk, from, limit, -1)
    if (this.#place !== 'values')
      return this.#count(chunk, from, limit, this.#scan(chunk, from, limit))
    // Values one after the other: what never closes must not swallow the file, so it ends with a line.
    if (this.#tooLong) return this.#count(chunk, from, limit, chunk.indexOf(newline, from))
    if (this.#kind !== 'scalar') {
      return this.#count(chunk, from, limit, this.#scan(chunk, from, limit))
    }
    for (let at = from; at < limit; at++) if (isBlank(chunk[at])) return at
    return -1
  }

  #count(chunk: Buffer, from: number, limit: number, end: number): number {
    const stop = end === -1 ? limit : end
    for (let at = chunk.indexOf(newline, from); at !== -1 && at < stop; this.#newlines++) {
      at = chunk.indexOf(newline, at + 1)
    }
    return end
  }

  /** The end of an element: a comma or the closing bracket in an array, behind its own last byte among values. */
  #scan(chunk: Buffer, from: number, limit: number): number {
    const inArray = this.#place !== 'values'
    let depth = this.#depth
    let inText = this.#inText
    let escaped = this.#escaped
    let end = -1
    for (let at = from; at < limit; at++) {
      const byte = chunk[at]
      if (inText) {
        if (escaped) escaped = false
        else if (byte === backslash) escaped = true
        else if (byte === quote) {
          inText = false
          if (!inArray && depth === 0) end = at + 1
        }
      } else if (byte === quote) inText = true
      else if (byte === openBrace || byte === openBracket) depth++
      else if (inArray && depth === 0) {
        if (byte === comma || byte === closeBracket) end = at
      } else if (byte === closeBrace || byte === closeBracket) {
        depth--
        if (!inArray && depth === 0) end = at + 1
      }
      if (end !== -1) break
    }
    this.#depth = depth
    this.#inText = inText
    this.#escaped = escaped
    return end
  }

  #finish(chunk: Buffer, start: number, end: number, out: EntryBatch): void {
    const line = this.#line + 1
    const head = this.#pending
    const bytes = head.length === 0 ? chunk : Buffer.concat([...head, chunk.subarray(start, end)])
    const from = head.length === 0 ? start : 0
    const to = head.length === 0 ? end : bytes.length
    if (this.#tooLong) {
      const message = `The value is longer than ${formatSize(this.#maxLine)} (maxLine).`
      out.reject(line, bytes.subarray(from, to), FILE_LINE_TOO_LONG, message)
    } else if (this.#place === 'after') {
      const message = 'The array has ended before this.'
      out.reject(line, bytes.subarray(from, to), FILE_JSON, message)
    } else decodeJson(bytes, from, to, 'unknown', line, out)
    this.#line += this.#newlines
    this.#bytes += this.#elementBytes + end - start
    this.#inside = false
    this.#pending = []
    if (this.#place === 'first' || this.#place === 'element') this.#place = 'comma'
  }

  #keep(part: Buffer): void {
    this.#elementBytes += part.length
    if (this.#elementBytes > this.#maxLine) this.#tooLong = true
    if (!this.#tooLong) this.#pending.push(Buffer.from(part))
    else this.#pending = [firstBytes([...this.#pending, part])]
  }
}
