import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { errorScaleOf } from '../numbers/error-scale.test-support.ts'
import { gap } from '../numbers/gap.test-support.ts'
import { RunningScales } from '../numbers/running-scales.ts'
import { solve } from '../numbers/solve.test-support.ts'
import { SeededRandom } from '../seeded-random.ts'
import { regression } from './regression.ts'

detectorLaws(regression, { dimensions: 1, scaleFree: true })
detectorLaws(regression, { dimensions: 3, scaleFree: true })
detectorLaws(regression, { dimensions: 18, points: 60 })
detectorLaws(regression, { dimensions: 2, parameters: { lags: 2, memory: 50 } })

type Points = readonly (readonly number[])[]

function scoresOf(points: Points, lags?: number): number[] {
  const scope = { dimensions: points[0]?.length ?? 1, warmup: 1, seed: 1 }
  const options = lags === undefined ? {} : { lags }
  const detector = regression.create({ memory: 50, ...options }, scope)
  return points.map((point) => detector.update(Float64Array.from(point), 0))
}

interface Lesson {
  readonly inputs: readonly number[]
  readonly output: number
}

/** Weighted normal equations of all lessons, with one lesson more for each coefficient: that it is 0. */
function coefficientsOf(lessons: readonly Lesson[], inputs: number): number[] {
  const weighted = (term: (lesson: Lesson) => number): number =>
    lessons.reduce((sum, lesson, i) => sum + 0.98 ** (lessons.length - 1 - i) * term(lesson), 0)
  const indices = Array.from({ length: inputs }, (_, index) => index)
  const at = ({ inputs: list }: Lesson, index: number): number => list[index] ?? 0
  const matrix = indices.map((i) =>
    indices.map((j) => weighted((one) => at(one, i) * at(one, j)) + (i === j ? 1 : 0)),
  )
  return solve(
    matrix,
    indices.map((i) => weighted((one) => at(one, i) * one.output)),
  )
}

const held = (x: number): number => Math.max(-8, Math.min(8, x))

function slowly(points: Points, lags: number): number[] {
  const dimensions = points[0]?.length ?? 1
  const scales = new RunningScales(dimensions, 50)
  const lessons: Lesson[] = []
  const errors: number[] = []
  const past: number[] = []
  return points.map((point, index) => {
    const [value = 0, ...others] = point
    const last = Array.from({ length: lags }, (_, lag) => past.at(-1 - lag) ?? 0)
    const inputs = [
      1,
      ...last.map((x) => held(scales.standardized(x, 0))),
      ...others.map((x, k) => held(scales.standardized(x, k + 1))),
    ]
    const forecast = coefficientsOf(lessons, inputs.length).reduce(
      (sum, c, k) => sum + c * (inputs[k] ?? 0),
      0,
    )
    const expected = (scales.means[0] ?? 0) + (scales.spreads[0] ?? 0) * held(forecast)
    const { deviation, clipped } = errorScaleOf(errors)
    const score = errors.length >= 8 ? Math.abs(value - expected) / deviation : Number.NaN
    let kept = value
    if (index >= 10) {
      kept = expected + clipped(value - expected)
      lessons.push({ inputs, output: held(scales.standardized(kept, 0)) })
      if (index >= 10 + lags) errors.push(value - expected)
    }
    past.push(kept)
    scales.learn(Float64Array.from(point))
    return score
  })
}

it('agrees with weighted normal equations solved anew, from lags', () => {
  const value = fc.integer({ min: -1000, max: 1000 })
  const values = fc.uniqueArray(value, { minLength: 20, maxLength: 45 })
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 4 }), (list, lags) => {
      const points = list.map((x) => [x])
      expect(gap(scoresOf(points, lags), slowly(points, lags))).toBeLessThan(1e-6)
    }),
  )
})

it('agrees with weighted normal equations solved anew, from other fields', () => {
  const value = fc.integer({ min: -1000, max: 1000 })
  const points = fc.uniqueArray(fc.tuple(value, value, value), {
    minLength: 20,
    maxLength: 45,
    selector: ([first]) => first,
  })
  fc.assert(
    fc.property(points, (list) => {
      expect(gap(scoresOf(list), slowly(list, 0))).toBeLessThan(1e-6)
    }),
  )
})

it('sees that fields no longer go together, though each is as usual', () => {
  const random = new SeededRandom(3)
  const points = Array.from({ length: 300 }, (_, t) => {
    const load = Math.sin(t / 9) + random.next() / 10
    return [40 + 10 * load + random.next(), load, random.next()]
  })
  points[250] = [50, -1, 0.5]

  const scores = scoresOf(points)

  expect(scores[250]).toBeGreaterThan(10)
  expect(Math.max(...scores.slice(100, 250))).toBeLessThan(4)
  expect(Math.max(...scores.slice(251))).toBeLessThan(4)
})

it('foretells a wave from its lags, and does not repeat an outlier', () => {
  const random = new SeededRandom(5)
  const points = Array.from({ length: 400 }, (_, t) => [Math.sin(t / 5) + random.next() / 20])
  points[300] = [3]

  const scores = scoresOf(points)

  expect(scores[300]).toBeGreaterThan(50)
  expect(Math.max(...scores.slice(301))).toBeLessThan(6)
})
