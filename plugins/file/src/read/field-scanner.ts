import type { Encoding } from './decoder.ts'
import type { EntryBatch } from './entry-batch.ts'
import { decodeJson, type Sliceable } from './decode-text.ts'
import { TextCache } from './text-cache.ts'

const quote = 34
const comma = 44
const minus = 45
const point = 46
const zero = 48
const colon = 58
const backslash = 92
const openBrace = 123
const closeBrace = 125

/** Numbers of at most this many characters are exact in a double, and so is dividing them by a power of ten. */
const exactDigits = 15
const powersOfTen = Array.from({ length: exactDigits + 1 }, (_, exponent) => 10 ** exponent)

/** So many entries are decoded in full, so that a report can name the fields that a job overlooks. */
const fullEntries = 1024

const gaveUp = -1

/**
 * Reads chosen members of flat JSON objects from bytes, without building the others. What it accepts is JSON, and the
 * members are those that JSON.parse gives; at anything it does not read itself (nesting, escapes, exponents, white
 * space, faults) it gives up, and the line is decoded in full. Texts that come again are one and the same string.
 */
export class FieldScanner {
  readonly #names: readonly string[]
  readonly #keys: readonly Buffer[]
  readonly #caches: readonly TextCache[]
  #full = fullEntries
  #bytes: Buffer = Buffer.alloc(0)
  #value: unknown
  #record: Record<string, unknown> = {}

  /** `fields` are paths; of each the first name counts. */
  constructor(fields: readonly string[]) {
    this.#names = [...new Set(fields.map((field) => field.split('.', 1)[0] as string))]
    this.#keys = this.#names.map((name) => Buffer.from(name))
    this.#caches = this.#names.map(() => new TextCache())
  }

  /** Whether these fields can be read from bytes: names as they are written, without escapes or quotes. */
  static takes(fields: readonly string[] | undefined): fields is readonly string[] {
    return fields?.every((field) => /^[\w.-]+$/.test(field) && !field.startsWith('__')) === true
  }

  /** Adds one line to the batch: an object of the chosen members, or whatever the full decoder makes of it. */
  take(
    bytes: Buffer,
    start: number,
    end: number,
    encoding: Encoding,
    line: number,
    out: EntryBatch,
  ): void {
    if (this.#full > 0) this.#full--
    else if (encoding !== 'unknown' && this.#scan(bytes, start, end)) {
      out.add(this.#record, line)
      return
    }
    decodeJson(bytes, start, end, encoding, line, out)
  }

  #scan(bytes: Buffer, start: number, end: number): boolean {
    const last = end - 1
    if (last <= start || bytes[start] !== openBrace || bytes[last] !== closeBrace) return false
    this.#bytes = bytes
    this.#record = {}
    let at = start + 1
    if (at === last) return true
    for (;;) {
      at = this.#member(at, last)
      if (at === last) return true
      if (at === gaveUp || bytes[at] !== comma) return false
      at++
    }
  }

  /** A place in the code for each of the first fields: where one place sees one name, storing is a few times faster. */
  #store(slot: number, value: unknown): void {
    const record = this.#record
    const name = this.#names[slot] as string
    if (slot === 0) record[name] = value
    else if (slot === 1) record[name] = value
    else if (slot === 2) record[name] = value
    else if (slot === 3) record[name] = value
    else record[name] = value
  }

  /** Reads a name, a colon and a value; gives the place behind them. */
  #member(from: number, last: number): number {
    const bytes = this.#bytes
    if (bytes[from] !== quote) return gaveUp
    const nameEnd = endOfText(bytes, from + 1, last)
    if (nameEnd === gaveUp || bytes[nameEnd + 1] !== colon) return gaveUp
    const slot = this.#slotOf(from + 1, nameEnd)
    const at = nameEnd + 2
    const byte = bytes[at] as number
    if (byte === quote) {
      if (slot >= 0) return this.#readText(at + 1, last, slot)
      const end = endOfText(bytes, at + 1, last)
      return end === gaveUp ? gaveUp : end + 1
    }
    const isNumber = byte === minus || (byte >= zero && byte <= zero + 9)
    if (isNumber && slot < 0) return endOfNumber(bytes, at, last)
    const end = isNumber ? this.#readNumber(at, last) : this.#readWord(at)
    if (slot >= 0) this.#store(slot, this.#value)
    return end
  }

  #slotOf(from: number, to: number): number {
    const length = to - from
    const bytes = this.#bytes
    const keys = this.#keys
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as Buffer
      if (key.length !== length) continue
      let same = 0
      while (same < length && key[same] === bytes[from + same]) same++
      if (same === length) return index
    }
    return -1
  }

  #readText(from: number, last: number, slot: number): number {
    const bytes = this.#bytes as Sliceable
    let all = 0
    for (let at = from; at < last; at++) {
      const byte = bytes[at] as number
      if (byte === quote) {
        const cache = this.#caches[slot] as TextCache
        const isAscii = all < 128
        this.#store(slot, isAscii ? cache.take(bytes, from, at) : bytes.utf8Slice(from, at))
        return at + 1
      }
      if (byte < 32 || byte === backslash) return gaveUp
      all |= byte
    }
    return gaveUp
  }

  #readWord(at: number): number {
    const bytes = this.#bytes
    if (isWord(bytes, at, 'true')) this.#value = true
    else if (isWord(bytes, at, 'null')) this.#value = null
    else if (isWord(bytes, at, 'false')) {
      this.#value = false
      return at + 5
    } else return gaveUp
    return at + 4
  }

  #readNumber(from: number, last: number): number {
    const bytes = this.#bytes
    const end = endOfNumber(bytes, from, last)
    if (end === gaveUp) return gaveUp
    const isNegative = bytes[from] === minus
    const whole = isNegative ? from + 1 : from
    if (end - whole > exactDigits) {
      this.#value = Number((bytes as Sliceable).latin1Slice(from, end))
      return end
    }
    let mantissa = 0
    let decimals = 0
    for (let at = whole; at < end; at++) {
      const byte = bytes[at] as number
      if (byte === point) decimals = end - at - 1
      else mantissa = mantissa * 10 + byte - zero
    }
    const value = decimals === 0 ? mantissa : mantissa / (powersOfTen[decimals] as number)
    this.#value = isNegative ? -value : value
    return end
  }
}

/** Behind a number without an exponent; with one, what follows is no comma, and the caller gives up. */
function endOfNumber(bytes: Buffer, from: number, last: number): number {
  const whole = bytes[from] === minus ? from + 1 : from
  const end = endOfDigits(bytes, whole, last)
  if (end === whole || (end > whole + 1 && bytes[whole] === zero)) return gaveUp
  if (bytes[end] !== point) return end
  const fractionEnd = endOfDigits(bytes, end + 1, last)
  return fractionEnd === end + 1 ? gaveUp : fractionEnd
}

function endOfDigits(bytes: Buffer, from: number, last: number): number {
  let at = from
  while (at < last && (bytes[at] as number) >= zero && (bytes[at] as number) <= zero + 9) at++
  return at
}

/** The closing quote of a text without escapes. */
function endOfText(bytes: Buffer, from: number, last: number): number {
  for (let at = from; at < last; at++) {
    const byte = bytes[at] as number
    if (byte === quote) return at
    if (byte < 32 || byte === backslash) return gaveUp
  }
  return gaveUp
}

function isWord(bytes: Buffer, at: number, word: string): boolean {
  for (let index = 0; index < word.length; index++) {
    if (bytes[at + index] !== word.charCodeAt(index)) return false
  }
  return true
}
