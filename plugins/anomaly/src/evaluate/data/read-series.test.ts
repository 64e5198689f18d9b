import { renderError } from '@millrace/base'
import { expect, test } from 'vitest'
import { type Columns, readSeries, toTime } from './read-series.ts'
import { readTable } from './read-table.ts'
import type { Series } from './series.ts'

const read = (text: string, columns: Columns = {}): readonly Series[] =>
  readSeries('group/a.csv', 'a.csv', readTable('a.csv', text), columns)

function fault(text: string, columns: Columns = {}): string {
  try {
    read(text, columns)
  } catch (error) {
    return renderError(error)
  }
  return 'read'
}

test("a file as NAB's is one series of one dimension, without labels", () => {
  const [series] = read('timestamp,value\n2014-07-01 00:00:00,1.5\n2014-07-01 00:30:00,\n')

  expect(series).toEqual({
    name: 'group/a.csv',
    leftOut: [],
    group: 'group',
    fields: ['value'],
    stamps: ['2014-07-01 00:00:00', '2014-07-01 00:30:00'],
    times: Float64Array.of(1_404_172_800_000, 1_404_174_600_000),
    values: Float64Array.of(1.5, Number.NaN),
    windows: undefined,
  })
})

test('columns of numbers are dimensions; time, label and text are not', () => {
  const [series] = read('ts,a,site,b,label\n10,1,x,2,0\n20,3,y,nan,1\n30,5,x,6,1\n40,7,x,8,0\n')

  expect(series).toMatchObject({
    fields: ['a', 'b'],
    times: Float64Array.of(10, 20, 30, 40),
    values: Float64Array.of(1, 2, 3, Number.NaN, 5, 6, 7, 8),
    windows: [[1, 2]],
  })
})

test('each value of the key is a series', () => {
  const text = 'sensor,v,bad\na,1,\nb,2,true\na,3,yes\nb,4,false\n'

  expect(read(text, { by: 'sensor', fields: ['v'], label: 'bad' })).toMatchObject([
    { name: 'group/a.csv#a', values: Float64Array.of(1, 3), windows: [[1, 1]], stamps: ['0', '1'] },
    { name: 'group/a.csv#b', values: Float64Array.of(2, 4), windows: [[0, 0]] },
  ])
})

test('a value that is no number is named with file, line and column', () => {
  const text = `timestamp,value\n${'1,2\n'.repeat(120)}1,abc\n`

  expect(fault(text)).toMatchInlineSnapshot(`
    "error[ANOMALY_ROW]: A row must have a number in column "value"; got "abc".
      at   a.csv:122
      next Mend the row. A value that is missing is an empty cell, or null."
  `)
  expect(fault('a\n1\n', { time: 'b' })).toMatchInlineSnapshot(`
    "error[ANOMALY_NO_COLUMN]: There is no column "b" for --time; there are a.
      at   a.csv
      next Did you mean "a"?"
  `)
  expect(fault('name\nx\n')).toContain('A row must have a column of numbers; got the columns name.')
})

test('a time without a zone is UTC, a number is epoch ms, anything else its row', () => {
  expect(toTime('2014-07-01T00:00:00Z', 3)).toBe(1_404_172_800_000)
  expect(toTime('2014-07-01 00:00:00.000000', 3)).toBe(1_404_172_800_000)
  expect(toTime('2014-07-01T02:00:00+02:00', 3)).toBe(1_404_172_800_000)
  expect(toTime('2014-07-01', 3)).toBe(1_404_172_800_000)
  expect([toTime('1500', 3), toTime('monday', 3)]).toEqual([1500, 3])
})
