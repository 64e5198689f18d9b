import { NOT_SHORT } from './write-text.ts'

const zero = 48
const point = 46
const minus = 45

/** Numbers below this have at most 15 digits: written so, each of them is read again as itself, and no shorter text is. */
const exactBelow = 1e15
const decimalsMax = 4
const powersOfTen = Array.from({ length: decimalsMax + 1 }, (_, exponent) => 10 ** exponent)
/** Whole numbers below this fit in a machine word. */
const wordBelow = 1e9
const wordDigits = 9

/** Writes a finite number of few digits as String gives it; gives the place behind it, or NOT_SHORT. There must be room. */
export function writeShortNumber(bytes: Buffer, from: number, value: number): number {
  const size = Math.abs(value)
  const decimals = decimalsOf(size)
  if (decimals === NOT_SHORT) return NOT_SHORT
  let at = from
  if (value < 0) bytes[at++] = minus
  const digits = decimals === 0 ? size : Math.floor(size * (powersOfTen[decimals] as number) + 0.5)
  return writeDigits(bytes, at, digits, decimals)
}

/** How many decimals a number has, up to four; NOT_SHORT where it has more, or more digits than a double holds for certain. */
function decimalsOf(size: number): number {
  if (size >= exactBelow) return NOT_SHORT
  if (Math.floor(size) === size) return 0
  const hundredths = Math.floor(size * 100 + 0.5)
  if (hundredths / 100 === size && hundredths < exactBelow) return hundredths % 10 === 0 ? 1 : 2
  const smaller = Math.floor(size * 10_000 + 0.5)
  if (smaller / 10_000 !== size || smaller >= exactBelow) return NOT_SHORT
  return smaller % 10 === 0 ? 3 : 4
}

/** Writes a whole number with a point in front of its last digits. */
function writeDigits(bytes: Buffer, from: number, digits: number, decimals: number): number {
  const high = Math.floor(digits / wordBelow) | 0
  const low = (digits - high * wordBelow) | 0
  const count = high === 0 ? lengthOf(low) : wordDigits + lengthOf(high)
  const length = Math.max(count, decimals + 1)
  const end = from + length + (decimals === 0 ? 0 : 1)
  let at = end
  let rest = low
  for (let written = 0; written < length; written++) {
    if (written === wordDigits) rest = high
    if (written === decimals && written > 0) bytes[--at] = point
    const tens = (rest / 10) | 0
    bytes[--at] = zero + rest - tens * 10
    rest = tens
  }
  return end
}

function lengthOf(word: number): number {
  let length = 1
  for (let limit = 10; limit <= word; limit *= 10) length++
  return length
}
