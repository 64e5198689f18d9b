import type { LineBuffer } from './line-buffer.ts'
import { writeShortNumber } from './write-number.ts'
import {
  NOT_SHORT,
  SHORT_BYTES_MAX,
  SHORT_TEXT_MAX,
  writeAscii,
  writeCharacter,
} from './write-text.ts'

const quote = 34
const backslash = 92
const closeBrace = 125

/** After so many records the file goes the generic way where that is faster: few have one shape, or most have slow members. */
const trialRecords = 4096

/**
 * Writes records of one flat shape as JSON, byte by byte: plain objects of texts, numbers, booleans and null whose names are those
 * of the record before, in the same order. What it writes is what JSON.stringify gives; it leaves everything else alone.
 */
export class FlatJson {
  #names: readonly string[] = []
  /** What stands in front of the values: from a brace or a comma to a colon. */
  #heads: readonly Buffer[] = []
  /** Most bytes that a record takes whose texts are all short. */
  #room = 0
  #tried = 0
  #written = 0
  /** Members of them that took longer than the generic way does. */
  #slow = 0

  /** Adds the JSON of a record; false, and nothing is added, where it is no such record. */
  write(record: unknown, out: LineBuffer): boolean {
    if (this.#tried === trialRecords && !this.#isWorthTrying) return false
    this.#tried++
    const start = out.length
    try {
      if (isPlain(record)) {
        if (this.#members(record, out)) {
          this.#written++
          return true
        }
        this.#learn(Object.keys(record))
      }
    } catch {
      // A member that cannot be read: the generic way says what that means.
    }
    out.length = start
    return false
  }

  get #isWorthTrying(): boolean {
    if (this.#written * 2 < trialRecords || this.#slow > this.#written) return false
    this.#tried = 0
    this.#written = 0
    this.#slow = 0
    return true
  }

  #learn(names: readonly string[]): void {
    this.#names = names
    this.#heads = names.map((name, at) =>
      Buffer.from(`${at === 0 ? '{' : ','}${JSON.stringify(name)}:`),
    )
    this.#room = this.#heads.reduce((sum, head) => sum + head.length + SHORT_BYTES_MAX, 1)
  }

  #members(record: Readonly<Record<string, unknown>>, out: LineBuffer): boolean {
    const names = this.#names
    const heads = this.#heads
    out.reserve(this.#room)
    let bytes = out.bytes
    let at = out.length
    let member = 0
    for (const name in record) {
      if (name !== names[member]) return false
      const head = heads[member++] as Buffer
      for (let index = 0; index < head.length; index++) bytes[at++] = head[index] as number
      const value = record[name]
      if (typeof value === 'string') {
        const end = writeShortText(bytes, at, value)
        if (end === NOT_SHORT) {
          this.#slow++
          out.length = at
          out.addText(JSON.stringify(value))
          out.reserve(this.#room)
          bytes = out.bytes
          at = out.length
        } else at = end
      } else if (typeof value === 'number') {
        if (!Number.isFinite(value)) return false
        const end = writeShortNumber(bytes, at, value)
        if (end === NOT_SHORT) this.#slow++
        at = end === NOT_SHORT ? writeAscii(bytes, at, String(value)) : end
      } else if (value === null) at = writeAscii(bytes, at, 'null')
      else if (value === true) at = writeAscii(bytes, at, 'true')
      else if (value === false) at = writeAscii(bytes, at, 'false')
      else return false
    }
    if (member === 0 || member !== names.length) return false
    bytes[at] = closeBrace
    out.length = at + 1
    return true
  }
}

/** Writes a short text without control characters in quotes; gives the place behind it. */
function writeShortText(bytes: Buffer, from: number, text: string): number {
  const { length } = text
  if (length > SHORT_TEXT_MAX) return NOT_SHORT
  let at = from
  bytes[at++] = quote
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index)
    if (code < 128) {
      if (code < 32) return NOT_SHORT
      if (code === quote || code === backslash) bytes[at++] = backslash
      bytes[at++] = code
    } else {
      at = writeCharacter(bytes, at, code)
      if (at === NOT_SHORT) return NOT_SHORT
    }
  }
  bytes[at] = quote
  return at + 1
}

/** Whether an object has no prototype of its own kind. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
