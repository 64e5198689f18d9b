import { expect, test } from 'vitest'
import type { Series } from './series.ts'
import { type WindowLabels, windowRows } from './window-labels.ts'
import { toTime } from './read-series.ts'

function series(name: string, stamps: readonly string[]): Series {
  return {
    name,
    group: 'g',
    fields: ['value'],
    stamps,
    times: Float64Array.from(stamps, toTime),
    values: new Float64Array(stamps.length),
    windows: undefined,
  }
}

const hours = (...of: readonly number[]): string[] =>
  of.map((hour) => `2020-01-01 ${String(hour).padStart(2, '0')}:00:00`)

const rows = (labels: WindowLabels, stamps: readonly string[], name = 'g/a.csv'): unknown =>
  windowRows(series(name, stamps), labels, 'labels.json')

test('a window is from the first to the last row within its times, however they are written', () => {
  const labels = { 'g/a.csv': [['2020-01-01 02:00:00.000000', '2020-01-01T04:30:00Z']] } as const

  expect(rows(labels, hours(0, 1, 2, 3, 4, 5))).toEqual([[2, 4]])
})

test('times that repeat or step back, as when clocks change, are within it too', () => {
  const labels = { 'g/a.csv': [hours(2, 3)] } as unknown as WindowLabels

  expect(rows(labels, hours(0, 1, 2, 3, 2, 3, 4))).toEqual([[2, 5]])
})

test('windows stand in order, and those that touch are one', () => {
  const labels = { 'g/a.csv': [hours(5, 6), hours(1, 2), hours(2, 3)] } as unknown as WindowLabels

  expect(rows(labels, hours(0, 1, 2, 3, 4, 5, 6))).toEqual([
    [1, 3],
    [5, 6],
  ])
})

test('a file is known by its whole name or the end of it; one that is not has no labels', () => {
  const labels = { 'g/a.csv': [hours(1, 2)], 'g/empty.csv': [] } as unknown as WindowLabels

  expect(rows(labels, hours(0, 1, 2), 'a.csv')).toEqual([[1, 2]])
  expect(rows(labels, hours(0, 1, 2), 'nab/data/g/a.csv')).toEqual([[1, 2]])
  expect(rows(labels, hours(0, 1, 2), 'g/empty.csv')).toEqual([])
  expect(rows(labels, hours(0, 1, 2), 'g/ba.csv')).toBeUndefined()
})
