import { isPlain, type LineLayout } from './line-layout.ts'

const quote = 34
const minus = 45
const point = 46
const zero = 48
const closeBrace = 125

/** Numbers of at most this many digits are exact in a double, and so is dividing them by a power of ten. */
export const EXACT_DIGITS = 15
/** Digits that are sure to fit into 32 bits: sums of integers are a third of the price of sums of doubles. */
const SMALL_DIGITS = 9
const powersOfTen = Float64Array.from({ length: 20 }, (_, exponent) => 10 ** exponent)

/** What a member of a line is. */
export const ABSENT = 0
export const TEXT = 1
export const NUMBER = 2
/** A number of so many digits that it is read from its text. */
export const LONG_NUMBER = 3
export const TRUE = 4
export const FALSE = 5
export const NULL = 6

/** Stands for: not a line like this. */
export const OTHERWISE = -1

/**
 * Finds the values of the fields in a line of JSON whose members follow each other as in a layout, and where that line ends: nothing is
 * made of them yet. What it accepts is JSON. It has each field's value in the line that was followed last, where its layout has the field.
 */
export class LineScan {
  readonly kinds: Uint8Array
  /** Where texts and long numbers begin and end, quotes left out. */
  readonly from: Int32Array
  readonly to: Int32Array
  readonly numbers: Float64Array
  #at = 0

  /** `fields`: how many. */
  constructor(fields: number) {
    this.kinds = new Uint8Array(fields)
    this.from = new Int32Array(fields)
    this.to = new Int32Array(fields)
    this.numbers = new Float64Array(fields)
  }

  /** Where a line that begins at `start` ends, behind its brace; OTHERWISE where it is not laid out like this. */
  follow(bytes: Uint8Array, start: number, layout: LineLayout): number {
    const { bytes: names, ends, length, slots } = layout
    let at = start
    let name = 0
    for (let member = 0; member < length; member++) {
      const end = ends[member] as number
      while (name < end) if (bytes[at++] !== names[name++]) return OTHERWISE
      const slot = slots[member] as number
      const byte = bytes[at] as number
      if (byte === quote) {
        const from = ++at
        while (isPlain[bytes[at] as number] === 1) at++
        if (bytes[at] !== quote) return OTHERWISE
        if (slot >= 0) {
          this.kinds[slot] = TEXT
          this.from[slot] = from
          this.to[slot] = at
        }
        at++
      } else if (byte === minus || (byte >= zero && byte <= zero + 9)) {
        if (slot < 0) at = endOfNumber(bytes, at)
        else at = this.#number(bytes, at, slot)
      } else at = this.#word(bytes, at, slot)
      if (at === OTHERWISE) return OTHERWISE
    }
    return bytes[at] === closeBrace ? at + 1 : OTHERWISE
  }

  /** Reads a number without an exponent; with one, what follows is no comma, and the line is not like this. */
  #number(bytes: Uint8Array, from: number, slot: number): number {
    const isNegative = bytes[from] === minus
    const whole = isNegative ? from + 1 : from
    let value = this.#digits(bytes, whole)
    let at = this.#at
    if (at === whole || (at > whole + 1 && bytes[whole] === zero)) return OTHERWISE
    let length = at - whole
    if (bytes[at] === point) {
      const start = at + 1
      const fraction = this.#digits(bytes, start)
      at = this.#at
      const decimals = at - start
      if (decimals === 0) return OTHERWISE
      length += decimals
      if (length <= EXACT_DIGITS) {
        const power = powersOfTen[decimals] as number
        value = (value * power + fraction) / power
      }
    }
    if (length <= EXACT_DIGITS) {
      this.kinds[slot] = NUMBER
      this.numbers[slot] = isNegative ? -value : value
    } else {
      this.kinds[slot] = LONG_NUMBER
      this.from[slot] = from
      this.to[slot] = at
    }
    return at
  }

  /** The number that the digits from `from` on make, right up to EXACT_DIGITS of them. */
  #digits(bytes: Uint8Array, from: number): number {
    let at = from
    let digit = (bytes[at] as number) - zero
    let high = 0
    const middle = from + SMALL_DIGITS
    while (digit >= 0 && digit <= 9 && at < middle) {
      high = (Math.imul(high, 10) + digit) | 0
      digit = (bytes[++at] as number) - zero
    }
    this.#at = at
    if (at < middle || digit < 0 || digit > 9) return high
    let low = 0
    while (digit >= 0 && digit <= 9) {
      low = (Math.imul(low, 10) + digit) | 0
      digit = (bytes[++at] as number) - zero
    }
    this.#at = at
    return high * (powersOfTen[Math.min(at - middle, SMALL_DIGITS)] as number) + low
  }

  #word(bytes: Uint8Array, at: number, slot: number): number {
    const kind = isWord(bytes, at, 'true')
      ? TRUE
      : isWord(bytes, at, 'null')
        ? NULL
        : isWord(bytes, at, 'false')
          ? FALSE
          : ABSENT
    if (kind === ABSENT) return OTHERWISE
    if (slot >= 0) this.kinds[slot] = kind
    return kind === FALSE ? at + 5 : at + 4
  }
}

/** Behind a number without an exponent. */
function endOfNumber(bytes: Uint8Array, from: number): number {
  const whole = bytes[from] === minus ? from + 1 : from
  const end = endOfDigits(bytes, whole)
  if (end === whole || (end > whole + 1 && bytes[whole] === zero)) return OTHERWISE
  if (bytes[end] !== point) return end
  const fractionEnd = endOfDigits(bytes, end + 1)
  return fractionEnd === end + 1 ? OTHERWISE : fractionEnd
}

function endOfDigits(bytes: Uint8Array, from: number): number {
  let at = from
  while ((bytes[at] as number) >= zero && (bytes[at] as number) <= zero + 9) at++
  return at
}

function isWord(bytes: Uint8Array, at: number, word: string): boolean {
  for (let index = 0; index < word.length; index++) {
    if (bytes[at + index] !== word.charCodeAt(index)) return false
  }
  return true
}
