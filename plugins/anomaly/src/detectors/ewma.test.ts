import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { gap } from '../numbers/gap.test-support.ts'
import { ewma } from './ewma.ts'

detectorLaws(ewma, { scaleFree: true })
detectorLaws(ewma, { parameters: { halfLife: 1 } })

const scope = { dimensions: 1, warmup: 1, seed: 1 }
const scoresOf = (halfLife: number, values: readonly number[]): number[] => {
  const detector = ewma.create({ halfLife }, scope)
  return values.map((value) => detector.update(Float64Array.of(value), 0))
}

/** From the definition: the weights of all points so far, then weighted mean and variance, each anew. */
function slowly(halfLife: number, values: readonly number[]): number[] {
  let weights: number[] = []
  return values.map((value, index) => {
    let score = Number.NaN
    if (index >= 3) {
      const sum = (f: (x: number) => number): number =>
        weights.reduce((total, weight, i) => total + weight * f(values[i] as number), 0)
      const mean = sum((x) => x)
      score = Math.abs(value - mean) / Math.sqrt(sum((x) => (x - mean) ** 2))
    }
    const rate = Math.max(1 / (index + 1), 1 - 0.5 ** (1 / halfLife))
    weights = [...weights.map((weight) => weight * (1 - rate)), rate]
    return score
  })
}

it('scores the distance from the mean in standard deviations, alike for the first points', () => {
  const scores = scoresOf(100, [2, 4, 4, 4, 5, 5, 7, 9, 9])

  const none = [Number.NaN, Number.NaN, Number.NaN]
  expect(gap(scores, [...none, Math.SQRT1_2, 1.7321, 1.2247, 3, 3.266, 2])).toBeLessThan(1e-4)
})

it('agrees with weights written out', () => {
  const value = fc.integer({ min: -1000, max: 1000 })
  const values = fc.uniqueArray(value, { minLength: 3, maxLength: 60 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), values, (halfLife, list) => {
      expect(gap(scoresOf(halfLife, list), slowly(halfLife, list))).toBeLessThan(1e-6)
    }),
  )
})

it('says what it expected, and the band of three deviations', () => {
  const detector = ewma.create({ halfLife: 100 }, scope)
  for (const value of [2, 4, 4, 4, 5, 5, 7, 9]) detector.update(Float64Array.of(value), 0)

  detector.score(Float64Array.of(100), 0)

  expect(detector.evidence).toMatchObject({ expected: [5], low: [-1], high: [11] })
})

it('is as sure as can be when what was always the same changes', () => {
  const scores = scoresOf(100, [0.1, 0.1, 0.1, 0.1, 0.1, 0.2])

  expect(scores).toStrictEqual([Number.NaN, Number.NaN, Number.NaN, 0, 0, 1e6])
})
