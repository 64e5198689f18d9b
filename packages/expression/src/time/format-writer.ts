import { timeMsMax } from './civil.ts'
import type { FormatField, FormatStep } from './format.ts'
import { localTime } from './zone.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const readers: Readonly<Partial<Record<FormatField, (date: Date) => number>>> = {
  year: (date) => date.getUTCFullYear(),
  month: (date) => date.getUTCMonth() + 1,
  day: (date) => date.getUTCDate(),
  hour: (date) => date.getUTCHours(),
  hour12: (date) => date.getUTCHours() % 12 || 12,
  minute: (date) => date.getUTCMinutes(),
  second: (date) => date.getUTCSeconds(),
}

/** `+02:00`, and `Z` for UTC. */
function offsetText(offsetMs: number): string {
  if (offsetMs === 0) return 'Z'
  const minutes = Math.round(Math.abs(offsetMs) / 60_000)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

function fieldText(field: FormatField, least: number, date: Date, offsetMs: number): string {
  if (field === 'monthName') return months[date.getUTCMonth()] ?? ''
  if (field === 'half') return date.getUTCHours() < 12 ? 'AM' : 'PM'
  if (field === 'offset') return offsetText(offsetMs)
  if (field === 'fraction') {
    const digits = String(date.getUTCMilliseconds()).padStart(3, '0')
    return digits.slice(0, least).padEnd(least, '0')
  }
  return String(readers[field]?.(date)).padStart(least, '0')
}

/** How long the text of a field stays the same at most, ms. */
const units: Readonly<Partial<Record<FormatField, number>>> = {
  fraction: 1,
  // It may change within a day of the same clock time.
  offset: 1,
  second: 1000,
  minute: 60_000,
}

/** Writes times in one format. What it wrote last is given again as long as no field of it changes. */
export class FormatWriter {
  readonly #steps: readonly FormatStep[]
  readonly #unitMs: number
  #last = NaN
  #text = ''

  constructor(steps: readonly FormatStep[]) {
    this.#steps = steps
    const fields = steps.map((step) => ('field' in step ? units[step.field] : undefined))
    this.#unitMs = Math.min(...fields.map((unit) => unit ?? 3_600_000))
  }

  /** Undefined for a time that no Date can hold, and for years that are not of four digits. */
  write(at: number, zone = 'UTC'): string | undefined {
    const local = Math.abs(at) <= timeMsMax ? localTime(at, zone) : NaN
    const unit = Math.floor(local / this.#unitMs)
    if (unit === this.#last) return this.#text
    const date = new Date(local)
    const year = date.getUTCFullYear()
    if (!(year >= 0 && year <= 9999)) return undefined
    const offset = local - at
    this.#text = this.#steps
      .map((step) =>
        'literal' in step ? step.literal : fieldText(step.field, step.least, date, offset),
      )
      .join('')
    // The same clock time may have two offsets.
    this.#last = this.#unitMs === 1 ? NaN : unit
    return this.#text
  }
}
