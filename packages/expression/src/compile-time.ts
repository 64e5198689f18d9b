import { EXP_TIME_FORMAT } from './errors.ts'
import { timeMsMax } from './time/civil.ts'
import { FormatReader } from './time/format-reader.ts'
import { parseFormat } from './time/format.ts'
import { parseIso } from './time/iso.ts'
import { isZone } from './time/zone.ts'

/** How times are written. Without any of these: epoch ms as a number, or ISO 8601 as a text. */
export interface TimeOptions {
  /** Such as `yyyy/MM/dd HH:mm`; month and day default to 1, the time of day to midnight. Whole numbers are read as their digits. */
  readonly format?: string | undefined
  /** The IANA zone of texts that carry no offset. Default: UTC. */
  readonly zone?: string | undefined
  /** The unit of numbers since the epoch, also when written as text. Default: ms, and only as a number. */
  readonly unit?: 's' | 'ms' | 'us' | undefined
}

/** How a number becomes epoch ms, where it is one that a Date can hold: by `factor`, through `divisor`, rounded down. */
export interface NumberTime {
  readonly factor: number
  readonly divisor: number
}

/** What a reader with these options makes of numbers; undefined where it reads their digits. */
export function numberTime({ format, unit }: TimeOptions): NumberTime | undefined {
  if (format !== undefined) return undefined
  return { factor: unit === 's' ? 1000 : 1, divisor: unit === 'us' ? 1000 : 1 }
}

const decimal = /^[+-]?\d+(?:\.\d+)?$/

/**
 * A reader of times: epoch ms, fractions of a ms cut off downwards; NaN for what is no time, does not exist (February 30) or lies
 * beyond what a Date can hold. Throws EXP_TIME_FORMAT for options that cannot be used.
 */
export function compileTime(options: TimeOptions = {}): (value: unknown) => number {
  const { format, zone, unit } = options
  if (zone !== undefined && !isZone(zone)) {
    const problem = `Unknown time zone "${zone}"`
    throw EXP_TIME_FORMAT({ problem, hint: 'Write a name such as Europe/Berlin or UTC.' })
  }
  if (unit !== undefined) return readUnit(unit, format, zone)
  if (format === undefined) {
    return (value) => {
      if (typeof value === 'string') return parseIso(value, zone ?? 'UTC')
      return typeof value === 'number' ? inRange(Math.floor(value)) : NaN
    }
  }
  const reader = new FormatReader(parseFormat(format), zone ?? 'UTC')
  return (value) => {
    if (typeof value === 'string') return reader.read(value)
    // A column of 20010131 is inferred as numbers.
    return Number.isSafeInteger(value) ? reader.read(String(value)) : NaN
  }
}

function readUnit(
  unit: string,
  format: string | undefined,
  zone: string | undefined,
): (value: unknown) => number {
  if (unit !== 's' && unit !== 'ms' && unit !== 'us') {
    throw EXP_TIME_FORMAT({ problem: `Unknown time unit "${unit}"`, hint: 'Write s, ms or us.' })
  }
  if (format !== undefined || zone !== undefined) {
    throw EXP_TIME_FORMAT({
      problem: `A time in ${unit} since the epoch has no ${format === undefined ? 'zone' : 'format'}`,
      hint: 'Leave out either the unit or the other.',
    })
  }
  const { factor, divisor } = numberTime({ unit }) as NumberTime
  const toMs = (number: number): number => inRange(Math.floor((number * factor) / divisor))
  return (value) => {
    if (typeof value === 'number') return toMs(value)
    return typeof value === 'string' && decimal.test(value.trim()) ? toMs(Number(value)) : NaN
  }
}

function inRange(ms: number): number {
  return Math.abs(ms) <= timeMsMax ? ms : NaN
}
