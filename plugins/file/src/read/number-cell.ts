const minus = 45
const point = 46
const zero = 48
const smallE = 101
const newline = 10
const carriageReturn = 13

/** Numbers of at most this many digits are exact in a double, and so is dividing them by a power of ten. */
const exactDigits = 15
const powersOfTen = Array.from({ length: exactDigits + 1 }, (_, exponent) => 10 ** exponent)

/** Numbers that are closer to 0 than this print with an exponent. */
const printedMin = 1e-6

/** There is no such number. */
export const NO_NUMBER = -1

/** Reads numbers of up to 15 digits from cells: digits, with a point among them or without. */
export class NumberCell {
  readonly #delimiter: number
  /** The number read last, as Number gives it. */
  value = 0.5
  /** Whether the number prints as the text that it was read from. */
  isPrinted = true
  /** Where none was read: whether it may be one all the same, too long or with an exponent. */
  isUnsure = false

  constructor(delimiter: number) {
    this.#delimiter = delimiter
  }

  /** Reads a cell that fills the place up to a delimiter or newline; gives that place, or NO_NUMBER. */
  read(bytes: Buffer, from: number): number {
    const isNegative = bytes[from] === minus
    const whole = isNegative ? from + 1 : from
    let at = whole
    let mantissa = 0
    let digit = (bytes[at] as number) - zero
    while (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit
      digit = (bytes[++at] as number) - zero
    }
    this.isUnsure = false
    if (at === whole) return NO_NUMBER
    let isPrinted = bytes[whole] !== zero || at === whole + 1
    let value = mantissa
    if (bytes[at] === point) {
      const start = ++at
      digit = (bytes[at] as number) - zero
      while (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit
        digit = (bytes[++at] as number) - zero
      }
      if (at === start) return NO_NUMBER
      value = mantissa / (powersOfTen[at - start] ?? 1)
      isPrinted &&= bytes[at - 1] !== zero && value >= printedMin
    }
    const digits = at - whole
    const end = bytes[at] === carriageReturn && bytes[at + 1] === newline ? at + 1 : at
    if (bytes[end] !== newline && bytes[end] !== this.#delimiter) {
      this.isUnsure = bytes[end] === smallE
      return NO_NUMBER
    }
    if (digits > exactDigits) {
      this.isUnsure = true
      return NO_NUMBER
    }
    this.isPrinted = isPrinted && !(isNegative && mantissa === 0)
    this.value = isNegative ? -value : value
    return end
  }
}
