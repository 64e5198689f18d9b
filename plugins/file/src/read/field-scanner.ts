import type { Encoding } from './decoder.ts'
import type { EntryBatch } from './entry-batch.ts'
import { decodeJson, type Sliceable } from './decode-text.ts'
import { LineLayout, UNWANTED } from './line-layout.ts'
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
 * space, faults) it gives up, and the line is decoded in full. Texts that come again are one and the same string. A line whose members
 * are those of the line before, in the same order, is read in one go: their names need only be compared.
 */
export class FieldScanner {
  readonly #names: readonly string[]
  readonly #keys: readonly Buffer[]
  readonly #caches: readonly TextCache[]
  readonly #layout = new LineLayout()
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
    const layout = this.#layout
    if (layout.isWorthTrying) {
      this.#record = {}
      const isFound = this.#follow(start, last)
      layout.tried(isFound)
      if (isFound) return true
    }
    this.#record = {}
    layout.begin()
    let at = start + 1
    if (at === last) return true
    for (;;) {
      at = this.#member(at, last)
      if (at === last) {
        layout.learn(bytes)
        return true
      }
      if (at === gaveUp || bytes[at] !== comma) return false
      at++
    }
  }

  /** Reads a line that is laid out as the one before; false where it is not. */
  #follow(start: number, last: number): boolean {
    const bytes = this.#bytes
    const { bytes: names, ends, slots } = this.#layout
    let at = start
    let name = 0
    for (let member = 0; member < ends.length; member++) {
      const end = ends[member] as number
      while (name < end) if (bytes[at++] !== names[name++]) return false
      const slot = slots[member] as number
      const byte = bytes[at] as number
      if (byte === quote) {
        // A text that goes on behind the line takes the place with it, which then is not the last one.
        if (slot >= 0) at = this.#readText(at + 1, last, slot)
        else {
          at++
          while (isPlain[bytes[at] as number] === 1) at++
          at = bytes[at] === quote ? at + 1 : gaveUp
        }
      } else if (byte === minus || (byte >= zero && byte <= zero + 9)) {
        at = slot >= 0 ? this.#readNumber(at, last) : endOfNumber(bytes, at, last)
        if (slot >= 0) this.#store(slot, this.#value)
      } else {
        at = this.#readWord(at)
        if (slot >= 0) this.#store(slot, this.#value)
      }
      if (at === gaveUp) return false
    }
    return at === last
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
    this.#layout.note(from - 1, at, slot)
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
    return UNWANTED
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
    const isNegative = bytes[from] === minus
    const whole = isNegative ? from + 1 : from
    let at = whole
    let mantissa = 0
    let digit = (bytes[at] as number) - zero
    while (digit >= 0 && digit <= 9 && at < last) {
      mantissa = mantissa * 10 + digit
      digit = (bytes[++at] as number) - zero
    }
    if (at === whole || (at > whole + 1 && bytes[whole] === zero)) return gaveUp
    let decimals = 0
    if (bytes[at] === point) {
      const start = ++at
      digit = (bytes[at] as number) - zero
      while (digit >= 0 && digit <= 9 && at < last) {
        mantissa = mantissa * 10 + digit
        digit = (bytes[++at] as number) - zero
      }
      decimals = at - start
      if (decimals === 0) return gaveUp
    }
    if (at - whole > exactDigits) {
      this.#value = Number((bytes as Sliceable).latin1Slice(from, at))
      return at
    }
    const value = decimals === 0 ? mantissa : mantissa / (powersOfTen[decimals] as number)
    this.#value = isNegative ? -value : value
    return at
  }
}

/** Not 0 for bytes that a text may have inside: no quote, no backslash, nothing that must be escaped. */
const isPlain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 32 || byte === quote || byte === backslash ? 0 : 1,
)

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
