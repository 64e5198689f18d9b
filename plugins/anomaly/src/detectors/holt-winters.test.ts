import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { errorScaleOf } from '../numbers/error-scale.test-support.ts'
import { gap } from '../numbers/gap.test-support.ts'
import { holtWinters } from './holt-winters.ts'

detectorLaws(holtWinters, { scaleFree: true })
detectorLaws(holtWinters, { parameters: { period: 8 }, scaleFree: true })
detectorLaws(holtWinters, { parameters: { period: '10m' } })
detectorLaws(holtWinters, { parameters: { period: 'none', level: 1, trend: 1 } })

const scope = { dimensions: 1, warmup: 1, seed: 1 }
const rates = { level: 0.3, trend: 0.1, season: 0.4 }
const minute = 60_000

function scoresOf(period: number | string, values: readonly number[]): number[] {
  const detector = holtWinters.create({ period, ...rates }, scope)
  return values.map((value, index) => detector.update(Float64Array.of(value), index * minute))
}

interface Components {
  level: number
  trend: number
  season: number[]
  errors: number[]
  range: number
}

/** Winters' three equations, as he wrote them, of the value without what no usual error explains. */
function step(now: Components, value: number, slot: number): Components {
  const seasonal = now.season[slot] ?? 0
  const carried = now.level + 0.98 * now.trend
  const error = value - carried - seasonal
  const { clipped } = errorScaleOf(now.errors, 0.001 * now.range)
  const held = clipped(error)
  const clean = carried + seasonal + held
  const level = 0.3 * (clean - seasonal) + 0.7 * carried
  const trend = 0.1 * (level - now.level) + 0.9 * 0.98 * now.trend
  const learnt = 0.4 * (clean - level) + 0.6 * seasonal
  const season = now.season.map((old, k) => (k === slot ? learnt : old))
  return { ...now, level, trend, season, errors: [...now.errors, error] }
}

/** Two periods without season; then all again, with the mean of the two as the season. */
function slowly(period: number, values: readonly number[]): number[] {
  let now: Components = { level: values[0] ?? 0, trend: 0, season: [], errors: [0], range: 0 }
  return values.map((value, index) => {
    const slot = index % Math.max(1, now.season.length)
    const error = Math.abs(value - now.level - 0.98 * now.trend - (now.season[slot] ?? 0))
    const enough = now.errors.length >= 8
    const score = enough
      ? error / errorScaleOf(now.errors, 0.001 * now.range).deviation
      : Number.NaN
    if (index > 0) now = step(now, value, slot)
    if (index + 1 === 2 * period) {
      const [one, two] = [values.slice(0, period), values.slice(period, 2 * period)]
      const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / period
      const season = one.map((x, k) => (x - mean(one) + (two[k] ?? 0) - mean(two)) / 2)
      const range = Math.max(...season) - Math.min(...season)
      now = { level: (values[0] ?? 0) - (season[0] ?? 0), trend: 0, season, errors: [], range }
      for (const [k, old] of [...one, ...two].entries()) now = step(now, old, k % period)
    }
    return score
  })
}

it("agrees with Winters' equations on cleaned values", () => {
  const values = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), {
    minLength: 30,
    maxLength: 60,
  })
  fc.assert(
    fc.property(fc.integer({ min: 5, max: 12 }), values, (period, list) => {
      expect(gap(scoresOf(period, list), slowly(period, list))).toBeLessThan(1e-6)
    }),
  )
})

const daily = (index: number): number =>
  20 * Math.sin((2 * Math.PI * index) / 24) + ((index * 7) % 5)

it('finds the season, and misses a rise that does not come', () => {
  const values = Array.from({ length: 480 }, (_, index) => 50 + daily(index))
  for (let index = 408; index < 420; index++) values[index] = 50

  const scores = scoresOf('auto', values)

  const missing = scores.slice(410, 415)
  expect(Math.min(...missing)).toBeGreaterThan(3)
  expect(Math.max(...scores.slice(300, 408))).toBeLessThan(3)
})

it('does not repeat an outlier one period later', () => {
  const values = Array.from({ length: 480 }, (_, index) => 50 + daily(index))
  values[400] = 500

  const scores = scoresOf(24, values)

  expect(scores[400]).toBeGreaterThan(50)
  expect(Math.max(...scores.slice(401))).toBeLessThan(4)
})

it('takes a duration by the time of the points, also behind a gap', () => {
  const detector = holtWinters.create({ period: '24m', ...rates }, scope)
  const at = (index: number): number =>
    detector.update(Float64Array.of(50 + daily(index)), index * minute)
  for (let index = 0; index < 240; index++) at(index)

  const scores = Array.from({ length: 24 }, (_, index) => at(250 + index))

  expect(Math.max(...scores)).toBeLessThan(4)
})
