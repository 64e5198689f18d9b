import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SeededRandom } from '../seeded-random.ts'
import { periodOf } from './period-of.ts'

const series = (length: number, value: (index: number) => number): Float64Array =>
  Float64Array.from({ length }, (_, index) => value(index))

it('finds the period of a repeated shape, whatever trend, noise and scale it has', () => {
  const cases = fc.record({
    period: fc.integer({ min: 6, max: 60 }),
    slope: fc.double({ min: -0.1, max: 0.1, noNaN: true }),
    scale: fc.constantFrom(1e-6, 1, 1e9),
    seed: fc.integer({ min: 1, max: 1e6 }),
  })
  fc.assert(
    fc.property(cases, ({ period, slope, scale, seed }) => {
      const random = new SeededRandom(seed)
      const values = series(6 * period, (index) => {
        const wave = Math.sin((2 * Math.PI * index) / period)
        return scale * (10 * wave + slope * index + random.next())
      })

      expect(Math.abs(periodOf(values) - period)).toBeLessThanOrEqual(1)
    }),
  )
})

it('takes the week where the day alone explains less', () => {
  const week = series(8 * 168, (index) => {
    const weekend = Math.floor(index / 24) % 7 > 4
    return Math.sin((2 * Math.PI * index) / 24) * (weekend ? 0.2 : 1) + (weekend ? 0 : 2)
  })

  expect(periodOf(week)).toBe(168)
})

it('is not deceived by a few outliers', () => {
  const values = series(300, (index) =>
    index === 50 || index === 187 ? 1e6 : Math.cos((Math.PI * index) / 12),
  )

  expect(periodOf(values)).toBe(24)
})

it('finds nothing in what is constant, straight, or short', () => {
  expect(periodOf(new Float64Array(0))).toBe(0)
  expect(periodOf(new Float64Array(100).fill(3))).toBe(0)
  expect(periodOf(series(100, (index) => 3 * index))).toBe(0)
  expect(periodOf(Float64Array.of(1, 2, 1, 2, 1, 2))).toBe(0)
})

it('finds nothing in noise', () => {
  const found = Array.from({ length: 20 }, (_, seed) => {
    const random = new SeededRandom(seed + 1)
    return periodOf(series(1000, () => random.next()))
  })

  expect(found).toStrictEqual(found.map(() => 0))
})
