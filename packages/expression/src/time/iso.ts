import { daysFromEpoch, isDate } from './civil.ts'
import { fromLocalTime } from './zone.ts'

/** The value of `count` digits at `at`, or -1 when one of them is none. */
export function digits(text: string, at: number, count: number): number {
  let value = 0
  for (let index = at; index < at + count; index++) {
    const digit = text.charCodeAt(index) - 48
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}

/** How many digits stand from `at` on, at most `most`. */
export function countDigits(text: string, at: number, most: number): number {
  let count = 0
  while (count < most) {
    const code = text.charCodeAt(at + count)
    if (!(code >= 48 && code <= 57)) break
    count++
  }
  return count
}

/**
 * Epoch ms of an ISO 8601 text: a date, or date and time with `T` or a space between, seconds and their fraction optional,
 * then nothing, `Z` or an offset. Without an offset the time is one of `zone`. NaN for everything else.
 */
export function parseIso(text: string, zone: string): number {
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  if (year < 0 || text[4] !== '-' || text[7] !== '-' || !isDate(year, month, day)) return NaN
  const midnight = daysFromEpoch(year, month, day) * 86_400_000
  if (text.length === 10) return fromLocalTime(midnight, zone)
  const between = text.charCodeAt(10)
  if (between !== 84 && between !== 116 && between !== 32) return NaN
  const hour = digits(text, 11, 2)
  const minute = digits(text, 14, 2)
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || text[13] !== ':') return NaN
  let local = midnight + hour * 3_600_000 + minute * 60_000
  let at = 16
  if (text[at] === ':') {
    const second = digits(text, 17, 2)
    if (second < 0 || second > 59) return NaN
    local += second * 1000
    at = 19
    if (text[at] === '.' || text[at] === ',') {
      const count = countDigits(text, at + 1, 9)
      if (count === 0) return NaN
      local += fraction(text, at + 1, count)
      at += 1 + count
    }
  }
  return at === text.length ? fromLocalTime(local, zone) : local - parseOffset(text, at)
}

/** Whole ms of the fraction of a second in `count` digits; what is finer is cut off. */
export function fraction(text: string, at: number, count: number): number {
  const value = digits(text, at, count)
  return count > 3 ? Math.floor(value / 10 ** (count - 3)) : value * 10 ** (3 - count)
}

/** The offset from UTC in ms that fills the rest of the text: `Z`, `+02`, `+0200` or `+02:00`; NaN for anything else. */
export function parseOffset(text: string, at: number): number {
  const first = text[at]
  const length = text.length - at
  if (first === 'Z' || first === 'z') return length === 1 ? 0 : NaN
  if (first !== '+' && first !== '-') return NaN
  const hours = digits(text, at + 1, 2)
  let minutes = 0
  if (length === 6 && text[at + 3] === ':') minutes = digits(text, at + 4, 2)
  else if (length === 5) minutes = digits(text, at + 3, 2)
  else if (length !== 3) return NaN
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return NaN
  return (first === '-' ? -1 : 1) * (hours * 3_600_000 + minutes * 60_000)
}
