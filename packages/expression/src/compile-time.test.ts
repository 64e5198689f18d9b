import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileTime } from './compile-time.ts'
import { fromLocalTime, localTime } from './time/zone.ts'

const utc = Date.UTC
const pad = (value: number, width = 2): string => String(value).padStart(width, '0')
const part = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max })

describe('ISO 8601 texts', () => {
  const read = compileTime()

  it.each([
    ['2001-01-01', utc(2001, 0, 1)],
    ['2001-01-01T00:47', utc(2001, 0, 1, 0, 47)],
    ['2001-01-01 00:47:05', utc(2001, 0, 1, 0, 47, 5)],
    ['2001-01-01T00:47:05.25Z', utc(2001, 0, 1, 0, 47, 5, 250)],
    ['2001-01-01T00:47:05,123456789z', utc(2001, 0, 1, 0, 47, 5, 123)],
    ['2001-01-01t00:47:05+02:30', utc(2000, 11, 31, 22, 17, 5)],
    ['2001-01-01T00:47-0800', utc(2001, 0, 1, 8, 47)],
    ['2001-01-01T00:47+02', utc(2000, 11, 31, 22, 47)],
    ['2000-02-29', utc(2000, 1, 29)],
    ['1969-12-31T23:59:59.999Z', -1],
  ])('%s is %d', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  it.each([
    '',
    '2001',
    '2001-1-1',
    '2001-13-01',
    '2001-02-29',
    '1900-02-29',
    '2001-00-01',
    '2001-01-32',
    '2001-01-01T',
    '2001-01-01T24:00',
    '2001-01-01T00:60',
    '2001-01-01T1:00',
    '2001-01-01T00:00:60',
    '2001-01-01T00:00:00.',
    '2001-01-01X00:00',
    '2001-01-01T00:00:00 ',
    '2001-01-01T00:00+24:00',
    '2001-01-01T00:00+2',
    '2001-01-01T00:00+02:',
    '2001/01/01',
    '2001-01-01T00:00Zulu',
    ' 2001-01-01',
    '2001-01-01Z',
    'now',
    '1000000000000',
  ])('%j is none', (text) => {
    expect(read(text)).toBeNaN()
  })

  it('come back from what a Date writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(read(date.toISOString())).toBe(date.getTime())
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('numbers', () => {
  it('are epoch ms without a unit, and otherwise in the unit, also as text', () => {
    expect(compileTime()(1_000_000_000_000.7)).toBe(1_000_000_000_000)
    expect(compileTime({ unit: 's' })(1_000_000_000.5)).toBe(1_000_000_000_500)
    expect(compileTime({ unit: 's' })('1000000000')).toBe(1_000_000_000_000)
    expect(compileTime({ unit: 'us' })(-1)).toBe(-1)
    expect(compileTime({ unit: 'ms' })('5')).toBe(5)
  })

  it('are none when absurd', () => {
    expect(compileTime()(8.64e15 + 1)).toBeNaN()
    expect(compileTime({ unit: 's' })(1e300)).toBeNaN()
    expect(compileTime({ unit: 's' })('')).toBeNaN()
    expect(compileTime({ unit: 's' })('1e9')).toBeNaN()
    expect([null, undefined, true, {}, NaN].map((value) => compileTime()(value))).toEqual([
      NaN,
      NaN,
      NaN,
      NaN,
      NaN,
    ])
  })
})

describe('formats', () => {
  it.each([
    ['yyyy/MM/dd HH:mm', '2001/01/01 00:47', utc(2001, 0, 1, 0, 47)],
    ['yyyyMMddHHmmssSSS', '20010203040506789', utc(2001, 1, 3, 4, 5, 6, 789)],
    ['dd.MM.yyyy', '31.12.2001', utc(2001, 11, 31)],
    ['d/M/yyyy H:m:s', '3/2/2001 4:05:6', utc(2001, 1, 3, 4, 5, 6)],
    ['dd/MMM/yyyy:HH:mm:ss XXX', '10/Oct/2000:13:55:36 -0700', utc(2000, 9, 10, 20, 55, 36)],
    ['dd MMM yyyy hh:mm a', '01 jan 2001 12:30 AM', utc(2001, 0, 1, 0, 30)],
    ['dd MMM yyyy h:mm a', '01 JAN 2001 1:30 pm', utc(2001, 0, 1, 13, 30)],
    ["yyyy-MM-dd'T'HH:mmXXX", '2001-01-01T00:47Z', utc(2001, 0, 1, 0, 47)],
    ['yyyy-MM-ddTHH:mm:ss.S', '2001-01-01T00:47:00.5', utc(2001, 0, 1, 0, 47, 0, 500)],
    ["yyyy 'o''clock'", "2001 o'clock", utc(2001, 0, 1)],
    ['yyyy-MM', '2001-03', utc(2001, 2, 1)],
  ])('%s reads %j', (format, text, expected) => {
    expect(compileTime({ format })(text)).toBe(expected)
  })

  it.each([
    ['yyyy/MM/dd HH:mm', '2001/02/30 00:00'],
    ['yyyy/MM/dd HH:mm', '2001/01/01 24:00'],
    ['yyyy/MM/dd HH:mm', '2001/01/01 00:60'],
    ['yyyy/MM/dd HH:mm', '2001/1/01 00:00'],
    ['yyyy/MM/dd HH:mm', '2001/01/01 00:00:00'],
    ['yyyy/MM/dd HH:mm', '2001-01-01 00:00'],
    ['yyyy-MM-dd ss', '2001-01-01 60'],
    ['d/M/yyyy', '/1/2001'],
    ['dd MMM yyyy', '01 Jän 2001'],
    ['yyyy hh a', '2001 13 am'],
    ['yyyy hh a', '2001 00 am'],
    ['yyyy hh a', '2001 01 xm'],
    ['yyyy XXX', '2001 x'],
    ['yyyy XXX', '2001 +25:00'],
    ['yyyy', ''],
  ])('%s refuses %j', (format, text) => {
    expect(compileTime({ format })(text)).toBeNaN()
  })

  it('read whole numbers as their digits', () => {
    expect(compileTime({ format: 'yyyyMMdd' })(20_010_102)).toBe(utc(2001, 0, 2))
    expect(compileTime({ format: 'yyyyMMdd' })(20_010_102.5)).toBeNaN()
  })

  it('read every minute that Date.UTC can make, and no day that it moves', () => {
    const read = compileTime({ format: 'yyyy/MM/dd HH:mm' })
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 9999 }),
        ...([part(13), part(32), part(25), part(61)] as const),
        (year, month, day, hour, minute) => {
          const text = `${pad(year, 4)}/${pad(month)}/${pad(day)} ${pad(hour)}:${pad(minute)}`
          const date = new Date(utc(year, month - 1, day, hour, minute))
          const kept =
            date.getUTCMonth() === month - 1 &&
            date.getUTCDate() === day &&
            date.getUTCHours() === hour &&
            date.getUTCMinutes() === minute

          expect(read(text)).toBe(kept ? date.getTime() : NaN)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('zones', () => {
  const read = compileTime({ format: 'yyyy-MM-dd HH:mm', zone: 'Europe/Berlin' })

  it('apply where a text carries no offset', () => {
    expect(read('2024-01-15 12:00')).toBe(utc(2024, 0, 15, 11))
    expect(read('2024-07-15 12:00')).toBe(utc(2024, 6, 15, 10))
    expect(compileTime({ zone: 'Europe/Berlin' })('2024-07-15')).toBe(utc(2024, 6, 14, 22))
    expect(compileTime({ zone: 'Europe/Berlin' })('2024-07-15T12:00Z')).toBe(utc(2024, 6, 15, 12))
  })

  it('count a skipped time on from before the jump', () => {
    expect(read('2024-03-31 01:59')).toBe(utc(2024, 2, 31, 0, 59))
    expect(read('2024-03-31 02:30')).toBe(utc(2024, 2, 31, 1, 30))
    expect(read('2024-03-31 03:00')).toBe(utc(2024, 2, 31, 1))
  })

  it('take the first of a time that comes twice', () => {
    expect(read('2024-10-27 01:59')).toBe(utc(2024, 9, 26, 23, 59))
    expect(read('2024-10-27 02:30')).toBe(utc(2024, 9, 27, 0, 30))
    expect(read('2024-10-27 03:00')).toBe(utc(2024, 9, 27, 2))
  })

  it('know offsets that are no quarters of an hour and years before Christ', () => {
    expect(localTime(utc(1972, 0, 7, 0, 44, 29), 'Africa/Monrovia')).toBe(
      utc(1972, 0, 6, 23, 59, 59),
    )
    expect(localTime(utc(1972, 0, 7, 0, 44, 30), 'Africa/Monrovia')).toBe(
      utc(1972, 0, 7, 0, 44, 30),
    )
    expect(localTime(-70_000_000_000_000, 'UTC')).toBe(-70_000_000_000_000)
    expect(Math.abs(localTime(-70_000_000_000_000, 'Europe/Berlin') + 7e13)).toBeLessThan(5e6)
    expect(localTime(0, 'Mars/Base')).toBeNaN()
    expect(fromLocalTime(0, 'Mars/Base')).toBeNaN()
  })

  it('bring every time back that is not the second of two', () => {
    const zones = ['America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia']
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: utc(1971, 0), max: utc(2037, 0) }),
        (zone, at) => {
          const local = localTime(at, zone)
          const back = fromLocalTime(local, zone)

          expect(localTime(back, zone)).toBe(local)
          expect(back).toBeLessThanOrEqual(at)
        },
      ),
      { numRuns: 100 },
    )
  })
})
