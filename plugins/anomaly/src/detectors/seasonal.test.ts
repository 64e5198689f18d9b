import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { errorScaleOf } from '../numbers/error-scale.test-support.ts'
import { gap } from '../numbers/gap.test-support.ts'
import { type Lesson, slowTrend } from '../numbers/trend-filter.test-support.ts'
import { seasonal } from './seasonal.ts'

detectorLaws(seasonal, { scaleFree: true })
detectorLaws(seasonal, { parameters: { period: 8, stiffness: 1 } })
detectorLaws(seasonal, { parameters: { period: '10m' } })
detectorLaws(seasonal, { parameters: { period: 'none', stiffness: 10_000 } })

const scope = { dimensions: 1, warmup: 1, seed: 1 }
const minute = 60_000

function scoresOf(period: number | string, values: readonly number[]): number[] {
  const detector = seasonal.create({ period, stiffness: 10 }, scope)
  return values.map((value, index) => detector.update(Float64Array.of(value), index * minute))
}

interface Decomposition {
  readonly start: number
  readonly season: readonly number[]
  readonly lessons: readonly Lesson[]
  readonly errors: readonly number[]
  readonly range: number
}

const options = { stiffness: 10, rounds: 4 }
const trendOf = ({ start, lessons }: Decomposition): number =>
  slowTrend({ ...options, start }, lessons).at(-1) ?? start

/** Trend of all that was learnt, and four fifths of the old season with one fifth of what is left. */
function step(now: Decomposition, value: number, slot: number): Decomposition {
  const seasonal = now.season[slot] ?? 0
  const trend = trendOf(now)
  const error = value - trend - seasonal
  const { clipped, deviation } = errorScaleOf(now.errors, 0.001 * now.range)
  const weight = now.season.length === 0 ? 1 : 0.8
  const clean = trend + clipped(error)
  const next = {
    ...now,
    lessons: [...now.lessons, { value: clean, weight, unit: deviation }],
    errors: [...now.errors, error],
  }
  const learnt = seasonal + 0.2 * (clean - trendOf(next))
  return { ...next, season: now.season.map((old, k) => (k === slot ? learnt : old)) }
}

function slowly(period: number, values: readonly number[]): number[] {
  const start = values[0] ?? 0
  let now: Decomposition = { start, season: [], lessons: [], errors: [0], range: 0 }
  return values.map((value, index) => {
    const slot = index % Math.max(1, now.season.length)
    const error = Math.abs(value - trendOf(now) - (now.season[slot] ?? 0))
    const { deviation } = errorScaleOf(now.errors, 0.001 * now.range)
    const score = now.errors.length >= 8 ? error / deviation : Number.NaN
    if (index > 0) now = step(now, value, slot)
    if (index + 1 === 2 * period) {
      const [one, two] = [values.slice(0, period), values.slice(period, 2 * period)]
      const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / period
      const season = one.map((x, k) => (x - mean(one) + (two[k] ?? 0) - mean(two)) / 2)
      const range = Math.max(...season) - Math.min(...season)
      now = { start: start - (season[0] ?? 0), season, lessons: [], errors: [], range }
      for (const [k, old] of [...one, ...two].entries()) now = step(now, old, k % period)
    }
    return score
  })
}

it('agrees with a decomposition of all values, made anew for each', () => {
  const value = fc.integer({ min: -1000, max: 1000 })
  const values = fc.uniqueArray(value, { minLength: 12, maxLength: 16 })
  fc.assert(
    fc.property(fc.integer({ min: 4, max: 6 }), values, (period, list) => {
      expect(gap(scoresOf(period, list), slowly(period, list))).toBeLessThan(1e-4)
    }),
    { numRuns: 30 },
  )
})

const daily = (index: number): number =>
  50 + 20 * Math.sin((2 * Math.PI * index) / 24) + ((index * 7) % 5)

it('misses a rise that does not come, for its whole length', () => {
  const values = Array.from({ length: 480 }, (_, index) => daily(index))
  for (let index = 408; index < 420; index++) values[index] = 50

  const scores = scoresOf('auto', values)

  expect(Math.min(...scores.slice(409, 419))).toBeGreaterThan(2)
  expect(Math.max(...scores.slice(409, 419))).toBeGreaterThan(8)
  expect(Math.max(...scores.slice(300, 408))).toBeLessThan(3)
})

it('does not repeat an outlier one period later', () => {
  const values = Array.from({ length: 480 }, (_, index) => daily(index))
  values[400] = 500

  const scores = scoresOf(24, values)

  expect(scores[400]).toBeGreaterThan(50)
  expect(Math.max(...scores.slice(401))).toBeLessThan(4)
})
