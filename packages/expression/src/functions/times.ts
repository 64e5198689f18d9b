import { parseDuration } from '@millrace/base'
import { parseIso } from '../time/iso.ts'
import { timeMsMax } from '../time/civil.ts'
import { writeTime } from '../time/format-writer.ts'
import { type FormatStep, parseFormat } from '../time/format.ts'
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

function parseTime(text: unknown, zone = 'UTC'): number | undefined {
  const at = typeof text === 'number' ? text : parseIso(String(text), zone)
  return Math.abs(at) <= timeMsMax ? at : undefined
}

const formats = new Map<string, readonly FormatStep[] | undefined>()

/** The steps to write a format, kept for the next call; undefined when it is none. */
export function stepsOf(format: string): readonly FormatStep[] | undefined {
  if (!formats.has(format)) {
    try {
      formats.set(format, parseFormat(format, { isRead: false }))
    } catch {
      formats.set(format, undefined)
    }
  }
  return formats.get(format)
}

function formatTime(at: number, format: string, zone = 'UTC'): string | undefined {
  const steps = stepsOf(format)
  return steps && writeTime(at, steps, zone)
}

export const timeFunctions: readonly BuiltIn[] = [
  { name: 'bucket', parameters: [{ name: 'size', kind: 'duration' }, time], call: bucket },
  onLocal('day', (date) => date.toISOString().split('T')[0]),
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
