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

/** The text of a time in a format; undefined for a time that no Date can hold, and for years that are not of four digits. */
export function writeTime(
  at: number,
  steps: readonly FormatStep[],
  zone: string,
): string | undefined {
  const local = Math.abs(at) <= timeMsMax ? localTime(at, zone) : NaN
  const date = new Date(local)
  const year = date.getUTCFullYear()
  if (!(year >= 0 && year <= 9999)) return undefined
  let text = ''
  for (const step of steps) {
    text +=
      'literal' in step
        ? step.literal
        : fieldText(step.field, step.least, date, local - Math.floor(at))
  }
  return text
}
