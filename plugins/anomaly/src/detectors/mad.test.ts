import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { gap } from '../numbers/gap.test-support.ts'
import { mad } from './mad.ts'

detectorLaws(mad, { scaleFree: true })
detectorLaws(mad, { parameters: { window: 8 } })

const scope = { dimensions: 1, warmup: 1, seed: 1 }
const scoresOf = (window: number, values: readonly number[]): number[] => {
  const detector = mad.create({ window }, scope)
  return values.map((value) => detector.update(Float64Array.of(value), 0))
}

const sorted = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b)

/** From the definition: the window sorted anew for each point. */
function slowly(length: number, values: readonly number[]): number[] {
  return values.map((value, index) => {
    const window = sorted(values.slice(Math.max(0, index - length), index))
    const size = window.length
    if (size < 8) return Number.NaN
    const median =
      ((window[Math.ceil((size - 1) / 2)] ?? 0) + (window[Math.floor((size - 1) / 2)] ?? 0)) / 2
    const distances = sorted(window.map((x) => Math.abs(x - median)))
    const quantile = (share: number): number => distances[Math.ceil((size - 1) * share)] ?? 0
    const usual: readonly [number, number][] = [
      [1 / 2, 0.67449],
      [3 / 4, 1.15035],
      [7 / 8, 1.53412],
      [15 / 16, 1.86273],
      [31 / 32, 2.15387],
      [63 / 64, 2.41756],
    ]
    const [share, deviation] = usual.find(([share]) => quantile(share) > 0) ?? [1, 1]
    const distance = Math.abs(value - median)
    return distance === 0 ? 0 : Math.min(1e6, (distance * deviation) / quantile(share))
  })
}

it('scores 0.6745 times the distance in median absolute deviations', () => {
  const scores = scoresOf(9, [2, 1, 4, 5, 3, 6, 9, 7, 8, 21, 5])

  expect(scores.at(-2)).toBeCloseTo((0.67449 * 16) / 2, 4)
  expect(scores.at(-1)).toBeCloseTo((0.67449 * 1) / 2, 4)
})

it('agrees with a window that is sorted anew', () => {
  const value = fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constantFrom(0, 1))
  const values = fc.array(value, { maxLength: 90 })
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 40 }), values, (window, list) => {
      expect(gap(scoresOf(window, list), slowly(window, list))).toBeLessThan(1e-5)
    }),
  )
})

it('is not deceived by outliers that are fewer than half', () => {
  const scores = scoresOf(16, [1, 2, 3, 2, 1, 2, 3, 1, 1e9, 1e9, 1e9, 1e9, 1e9])

  expect(scores.at(-1)).toBe(1e6)
})

it('measures by what is left where most values are equal', () => {
  const scores = scoresOf(16, [0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 4, 4, 4])

  expect(scores.slice(8)).toStrictEqual([
    0, 1e6, 1.8627318674, 1.5341205444, 1.1503493804, 1.1503493804,
  ])
})

it('says what it expected', () => {
  const detector = mad.create({ window: 9 }, scope)
  for (const value of [2, 1, 4, 5, 3, 6, 9, 7, 8]) detector.update(Float64Array.of(value), 0)

  expect(detector.evidence).toMatchObject({ expected: [4.5] })
})
