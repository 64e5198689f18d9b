import { parseDuration } from '@millrace/base'
import { parseIso } from '../time/iso.ts'
import { timeMsMax } from '../time/civil.ts'
import { FormatWriter } from '../time/format-writer.ts'
import { parseFormat } from '../time/format.ts'
import { localTime } from '../time/zone.ts'
import type { BuiltIn } from './built-in.ts'

const time = { name: 'time', kind: 'number' } as const
const zone = { name: 'zone', kind: 'zone', optional: true } as const

const durations = new Map<string, number>()

/** The start of the span of `size` that holds `at`; spans start at the epoch, in UTC. */
function bucket(size: string, at: number): number | undefined {
  let ms = durations.get(size)
  if (ms === undefined) {
    ms = parseDuration(size) ?? 0
    // Only sizes from records could make this grow.
    if (durations.size >= 1000) durations.clear()
    durations.set(size, ms)
  }
  return ms > 0 ? Math.floor(at / ms) * ms : undefined
}

/** A function of the local date: `read` gets a Date whose UTC fields are those of the zone. */
function onLocal(name: string, read: (date: Date) => unknown): BuiltIn {
  return {
    name,
    parameters: [time, zone],
    call: (at: number, zone = 'UTC') => {
      const local = Math.abs(at) <= timeMsMax ? localTime(at, zone) : NaN
      const date = new Date(local)
      return Number.isNaN(date.getTime()) ? undefined : read(date)
    },
  }
}

const DAY_MS = 86_400_000
/** The day written last, in days since the epoch, and its text: most records are of the same day as the one before. */
let lastDay = NaN
let lastDayText = ''

function day(at: number, zone = 'UTC'): string | undefined {
  const local = Math.abs(at) <= timeMsMax ? localTime(at, zone) : NaN
  const number = Math.floor(local / DAY_MS)
  if (number === lastDay) return lastDayText
  const date = new Date(local)
  if (Number.isNaN(date.getTime())) return undefined
  lastDayText = date.toISOString().split('T')[0] ?? ''
  lastDay = number
  return lastDayText
}

function parseTime(text: unknown, zone = 'UTC'): number | undefined {
  const at = typeof text === 'number' ? text : parseIso(String(text), zone)
  return Math.abs(at) <= timeMsMax ? at : undefined
}

const writers = new Map<string, FormatWriter | undefined>()

/** What writes a format, kept for the next call; undefined when it is none. */
export function writerOf(format: string): FormatWriter | undefined {
  if (!writers.has(format)) {
    try {
      writers.set(format, new FormatWriter(parseFormat(format, { isRead: false })))
    } catch {
      writers.set(format, undefined)
    }
  }
  return writers.get(format)
}

function formatTime(at: number, format: string, zone?: string): string | undefined {
  return writerOf(format)?.write(at, zone)
}

export const timeFunctions: readonly BuiltIn[] = [
  { name: 'bucket', parameters: [{ name: 'size', kind: 'duration' }, time], call: bucket },
  { name: 'day', parameters: [time, zone], call: day },
  onLocal('year', (date) => date.getUTCFullYear()),
  onLocal('month', (date) => date.getUTCMonth() + 1),
  onLocal('dayOfMonth', (date) => date.getUTCDate()),
  // Monday is 1 and Sunday 7, as in ISO 8601.
  onLocal('dayOfWeek', (date) => date.getUTCDay() || 7),
  {
    name: 'hourOfDay',
    parameters: [time, zone],
    call: (at: number, zone?: string) => {
      if (!(Math.abs(at) <= timeMsMax)) return undefined
      const local = zone === undefined ? at : localTime(at, zone)
      return Number.isNaN(local)
        ? undefined
        : Math.floor((((local % 86_400_000) + 86_400_000) % 86_400_000) / 3_600_000)
    },
  },
  onLocal('minute', (date) => date.getUTCMinutes()),
  {
    name: 'formatTime',
    parameters: [time, { name: 'format', kind: 'timeFormat' }, zone],
    call: formatTime,
  },
  { name: 'time', parameters: [{ name: 'text', kind: 'any' }, zone], call: parseTime },
]
