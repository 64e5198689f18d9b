import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileExpression } from '../compile-expression.ts'
import { compileTime } from '../compile-time.ts'

const evaluate = (text: string, record: unknown = {}): unknown =>
  compileExpression(text).evaluate(record, { timestamp: 978_310_020_000 })

describe('functions', () => {
  it.each([
    ['ceil(1.2)', 2],
    ['trunc(-1.7)', -1],
    ['round(2.5)', 3],
    ['round(-2.5)', -3],
    ['round(1.005, 2)', 1.01],
    ['round(1234.5, -2)', 1200],
    ['round(1e21, 2)', 1e21],
    ['abs(-3)', 3],
    ['sign(-3)', -1],
    ['sqrt(9)', 3],
    ['exp(0)', 1],
    ['log(1)', 0],
    ['log10(1000)', 3],
    ['pow(2, 10)', 1024],
    ['min(3, 1, 2)', 1],
    ['max([3, 1, 2])', 3],
    ['max([])', null],
    ['min(1, missing)', null],
    ['min([1, null])', null],
    ["size('añ😀')", 3],
    ['size([1, 2])', 2],
    ["size({'a': 1})", 1],
    ["contains('San Francisco', 'Fran')", true],
    ["['a', 'b'].contains('b')", true],
    ["'SFO'.startsWith('SF')", true],
    ["'SFO'.endsWith('FO')", true],
    ["'SFO'.matches('^[A-Z]{3}$')", true],
    ["matches('sfo', '^[A-Z]{3}$')", false],
    ["lower('SFO')", 'sfo'],
    ["upper('sfo')", 'SFO'],
    ["trim(' a ')", 'a'],
    ["split('a,b', ',')", ['a', 'b']],
    ["join(['a', 1, null, true], '-')", 'a-1--true'],
    ["replace('a.b.c', '.', '$&')", 'a$&b$&c'],
    ["substring('😀abc', 1)", 'abc'],
    ["substring('abc', 0, 2)", 'ab'],
    ["indexOf('😀abc', 'b')", 2],
    ["indexOf('abc', 'x')", -1],
    ['first([3, 1, 2])', 3],
    ['last([3, 1, 2])', 2],
    ['first([])', null],
    ['last([])', null],
    ['last(missing)', null],
    ["number(' 1.5e3 ')", 1500],
    ['number(true)', 1],
    ["int('7.9')", 7],
    ["double('2')", 2],
    ['string(1.5)', '1.5'],
    ["string({'a': [1]})", '{"a":[1]}'],
    ["bool('true')", true],
    ['bool(0)', false],
    ["duration('1h30m')", 5_400_000],
    ["hash('SFO') == hash('SFO')", true],
    ["hash(1) == hash('1')", false],
    ["bucket('1h', eventTime())", 978_307_200_000],
    ["bucket('1h', -1)", -3_600_000],
    ["time('2001-01-01T00:47:00Z')", 978_310_020_000],
    ["time('2001-01-01 01:47', 'Europe/Berlin')", 978_310_020_000],
    ['time(eventTime())', 978_310_020_000],
    ['day(eventTime())', '2001-01-01'],
    ["day(eventTime(), 'America/Los_Angeles')", '2000-12-31'],
    ['year(eventTime())', 2001],
    ['month(eventTime())', 1],
    ['dayOfMonth(eventTime())', 1],
    ['dayOfWeek(eventTime())', 1],
    ["dayOfWeek(time('2001-01-07'))", 7],
    ['hourOfDay(eventTime())', 0],
    ['hourOfDay(-1)', 23],
    ["hourOfDay(eventTime(), 'Asia/Kathmandu')", 6],
    ["minute(eventTime(), 'Asia/Kathmandu')", 32],
    ["formatTime(eventTime(), 'HH:mm')", '00:47'],
    [
      "formatTime(eventTime(), 'yyyy-MM-dd HH:mm:ss.SSSXXX', 'Asia/Kathmandu')",
      '2001-01-01 06:32:00.000+05:45',
    ],
    ["formatTime(-1, 'd MMM yyyy, h:mm a, S')", '31 Dec 1969, 11:59 PM, 9'],
    ["formatTime(missing, 'HH')", null],
  ])('%s is %j', (text, expected) => {
    expect(evaluate(text)).toEqual(expected)
  })

  it.each([
    "number('0x10')",
    "number('')",
    'number([])',
    "bool('yes')",
    "time('yesterday')",
    'day(1e300)',
    'hourOfDay(1e300)',
    'size(1)',
    "contains('a', 1)",
    "substring('abc', 2, 1)",
    'round(1, 0.5)',
    "min('a', 1)",
    'join([[1]])',
    'bucket(size, 1)',
    "formatTime(1e300, 'HH')",
    "formatTime(1e15, 'yyyy')",
    "formatTime(1, 'HH', zone)",
    'day(1, zone)',
    'hourOfDay(1, zone)',
  ])('%s cannot be read', (text) => {
    expect(() => evaluate(text, { size: 'soon', zone: 'Mars/Base' })).toThrow('() cannot read ')
  })
})

it('writes times that are read again', () => {
  const format = "yyyy-MM-dd'T'hh.mm.ss.SSS a XXX"
  const read = compileTime({ format })
  fc.assert(
    fc.property(
      fc.integer({ min: Date.UTC(1971, 0, 1), max: Date.UTC(9999, 11, 31) }),
      fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns'),
      (at, zone) => {
        const text = evaluate(`formatTime(at, "${format}", zone)`, { at, zone })

        expect(read(text)).toBe(at)
      },
    ),
  )
})

it('writes one time after the other, each as if it were the only one', () => {
  const formats = ['yyyy', 'HH:mm', 'dd HH', "ss's'", 'HH XXX', 'S']
  fc.assert(
    fc.property(
      fc.constantFrom(...formats),
      fc.array(
        fc.record({
          at: fc.integer({ min: 1_698_500_000_000, max: 1_698_800_000_000 }),
          steps: fc.integer({ min: -70_000, max: 4_000_000 }),
          zone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu'),
        }),
        { maxLength: 8 },
      ),
      (format, times) => {
        const write = (at: number, zone: string): unknown =>
          evaluate(`day(at, zone) + formatTime(at, "${format}", zone)`, { at, zone })
        for (const { at, steps, zone } of times) {
          for (const time of [at, at + steps]) {
            const written = write(time, zone)
            write(0, 'UTC')

            expect(write(time, zone)).toBe(written)
          }
        }
      },
    ),
  )
})

it('rounds as the written decimals say', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), (thousandths) => {
      const text = (thousandths / 1000).toFixed(3)
      const [last, kept] = [Math.abs(thousandths) % 10, Math.trunc(thousandths / 10)]
      const expected = (kept + (last >= 5 ? Math.sign(thousandths) : 0)) / 100

      expect(Math.abs((evaluate(`round(${text}, 2)`) as number) - expected)).toBe(0)
    }),
    { numRuns: 200 },
  )
})

it('spreads hashes evenly over a hundred shares', () => {
  const { evaluate } = compileExpression('hash(id) % 100 < 5')
  const taken = Array.from({ length: 20_000 }, (_, id) => evaluate({ id }, { timestamp: 0 }))

  const share = taken.filter((each) => each === true).length / 20_000

  expect(share).toBeGreaterThan(0.045)
  expect(share).toBeLessThan(0.055)
})
