import fc from 'fast-check'
import { expect, it } from 'vitest'
import { gap } from './gap.test-support.ts'
import { slowTrend } from './trend-filter.test-support.ts'
import { TrendFilter } from './trend-filter.ts'

function trendOf(stiffness: number, values: readonly number[]): number[] {
  const filter = new TrendFilter(stiffness, 4)
  filter.begin(values[0] ?? 0)
  return values.map((value) => {
    filter.learn(value, 1, 1)
    return filter.value
  })
}

it('agrees with all equations solved at once', () => {
  const lesson = fc.record({
    value: fc.double({ min: -20, max: 20, noNaN: true }),
    weight: fc.double({ min: 0.1, max: 1, noNaN: true }),
    unit: fc.constantFrom(0, 0.5, 2),
  })
  const lessons = fc.array(lesson, { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(lessons, fc.constantFrom(0.5, 2, 10), (list, stiffness) => {
      const filter = new TrendFilter(stiffness, 3)
      filter.begin(5)
      const values = list.map(({ value, weight, unit }) => {
        filter.learn(value, weight, unit)
        return filter.value
      })

      expect(gap(values, slowTrend({ stiffness, rounds: 3, start: 5 }, list))).toBeLessThan(1e-4)
    }),
  )
})

it('stays where noise is within its stiffness, and goes along with a move that is larger', () => {
  const noise = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 1 : -1))

  const trend = trendOf(10, [...noise, 100, 100, 100])

  expect(Math.max(...trend.slice(10, 100).map(Math.abs))).toBeLessThan(0.3)
  expect(trend.at(-1)).toBeGreaterThan(60)
})
