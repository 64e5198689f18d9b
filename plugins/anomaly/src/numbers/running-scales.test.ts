import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RunningScales } from './running-scales.ts'

it('has the mean and the deviation of what it saw, while that is no more than its length', () => {
  const values = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 10 })
  fc.assert(
    fc.property(values, (list) => {
      const scales = new RunningScales(2, 50)
      for (const value of list) scales.learn(Float64Array.of(value, 3 * value + 7))

      const mean = list.reduce((sum, x) => sum + x, 0) / list.length
      const variance = list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length
      expect(scales.means[0]).toBeCloseTo(mean, 9)
      expect(scales.spreads[0]).toBeCloseTo(Math.sqrt(variance), 6)
      expect(scales.means[1]).toBeCloseTo(3 * mean + 7, 9)
      expect(scales.spreads[1]).toBeCloseTo(3 * Math.sqrt(variance), 6)
    }),
  )
})

it('is not moved by one outlier, however far', () => {
  const scales = new RunningScales(1, 100)
  for (let i = 0; i < 200; i++) scales.learn(Float64Array.of(i % 2))

  scales.learn(Float64Array.of(1e308))

  expect(scales.means[0]).toBeCloseTo(0.52, 2)
  expect(scales.spreads[0]).toBeLessThan(0.6)
})

it('follows a new level', () => {
  const scales = new RunningScales(1, 100)
  for (let i = 0; i < 200; i++) scales.learn(Float64Array.of(i % 2))
  for (let i = 0; i < 1000; i++) scales.learn(Float64Array.of(1000 + (i % 2)))

  expect(scales.standardized(1000, 0)).toBeCloseTo(-0.5, 0)
})

it('tells a place in deviations, 0 for what is nothing but rounding', () => {
  const scales = new RunningScales(1, 100)
  expect(scales.standardized(5, 0)).toBe(0)
  for (const value of [9, 11, 9, 11]) scales.learn(Float64Array.of(value))

  expect([8, 10, 13].map((value) => scales.standardized(value, 0))).toStrictEqual([-2, 0, 3])
  expect(scales.weight(0)).toBe(1)

  const constant = new RunningScales(1, 100)
  constant.learn(Float64Array.of(0.3))
  expect(constant.standardized(0.1 + 0.2, 0)).toBe(0)
  expect(constant.standardized(0.4, 0)).toBe(1e6)
})
