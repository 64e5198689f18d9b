import { daysFromEpoch, isDate } from './civil.ts'
import type { FormatField, FormatStep } from './format.ts'
import { countDigits, digits, fraction, parseOffset } from './iso.ts'
import { fromLocalTime } from './zone.ts'

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/**
 * Reads texts of one format. Its fields hold the parts of the text in hand; nothing is allocated per text.
 */
export class FormatReader {
  readonly #steps: readonly FormatStep[]
  readonly #zone: string
  #at = 0
  #year = 0
  #month = 1
  #day = 1
  #hour = 0
  #afternoon = false
  #minute = 0
  #second = 0
  #millisecond = 0
  #offset = NaN

  constructor(steps: readonly FormatStep[], zone: string) {
    this.#steps = steps
    this.#zone = zone
  }

  /** Epoch ms, NaN when the text does not follow the format to its end or names a time that does not exist. */
  read(text: string): number {
    this.#reset()
    for (const step of this.#steps) {
      if ('literal' in step) {
        if (!text.startsWith(step.literal, this.#at)) return NaN
        this.#at += step.literal.length
      } else if (!this.#readField(text, step.field, step.least, step.most)) return NaN
    }
    return this.#at === text.length ? this.#time() : NaN
  }

  #reset(): void {
    this.#at = 0
    this.#year = 0
    this.#month = 1
    this.#day = 1
    this.#hour = 0
    this.#afternoon = false
    this.#minute = 0
    this.#second = 0
    this.#millisecond = 0
    this.#offset = NaN
  }

  #readField(text: string, field: FormatField, least: number, most: number): boolean {
    if (field === 'offset') return this.#readOffset(text)
    if (field === 'half' || field === 'monthName') return this.#readWord(text, field)
    const count = least === most ? least : countDigits(text, this.#at, most)
    const value = count < least ? -1 : digits(text, this.#at, count)
    if (value < 0) return false
    switch (field) {
      case 'year':
        this.#year = value
        break
      case 'month':
        this.#month = value
        break
      case 'day':
        this.#day = value
        break
      case 'hour':
        this.#hour = value
        break
      case 'hour12':
        if (value < 1 || value > 12) return false
        this.#hour = value % 12
        break
      case 'minute':
        this.#minute = value
        break
      case 'second':
        this.#second = value
        break
      case 'fraction':
        this.#millisecond = fraction(text, this.#at, count)
    }
    this.#at += count
    return true
  }

  #readOffset(text: string): boolean {
    const rest = /^(?:[Zz]|[+-]\d\d(?::?\d\d)?)/.exec(text.slice(this.#at, this.#at + 6))?.[0]
    if (rest === undefined) return false
    this.#offset = parseOffset(rest, 0)
    this.#at += rest.length
    return !Number.isNaN(this.#offset)
  }

  #readWord(text: string, field: 'half' | 'monthName'): boolean {
    const length = field === 'half' ? 2 : 3
    const word = text.slice(this.#at, this.#at + length).toLowerCase()
    this.#at += length
    if (field === 'half') {
      this.#afternoon = word === 'pm'
      return word === 'am' || word === 'pm'
    }
    this.#month = months.indexOf(word) + 1
    return this.#month > 0
  }

  #time(): number {
    if (!isDate(this.#year, this.#month, this.#day)) return NaN
    if (this.#hour > 23 || this.#minute > 59 || this.#second > 59) return NaN
    const local =
      daysFromEpoch(this.#year, this.#month, this.#day) * 86_400_000 +
      (this.#hour + (this.#afternoon ? 12 : 0)) * 3_600_000 +
      this.#minute * 60_000 +
      this.#second * 1000 +
      this.#millisecond
    return Number.isNaN(this.#offset) ? fromLocalTime(local, this.#zone) : local - this.#offset
  }
}
