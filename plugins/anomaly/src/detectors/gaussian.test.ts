import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { gap } from '../numbers/gap.test-support.ts'
import { gaussian } from './gaussian.ts'

detectorLaws(gaussian, { scaleFree: true })
detectorLaws(gaussian, { parameters: { window: 64 }, scaleFree: true })

const scope = { dimensions: 1, warmup: 1, seed: 1 }
const scoresOf = (window: number, values: readonly number[]): number[] => {
  const detector = gaussian.create({ window }, scope)
  return values.map((value) => detector.update(Float64Array.of(value), 0))
}

/** From the definition: all points until the window is full, then the last 64 full blocks, each time anew. */
function slowly(block: number, values: readonly number[]): number[] {
  return values.map((value, index) => {
    if (index < 8) return Number.NaN
    const end = index < 64 * block ? index : index - (index % block)
    const window = values.slice(Math.max(0, end - 64 * block), end)
    const mean = window.reduce((sum, x) => sum + x, 0) / window.length
    const variance = window.reduce((sum, x) => sum + (x - mean) ** 2, 0) / window.length
    return Math.abs(value - mean) / Math.sqrt(variance)
  })
}

it('agrees with mean and standard deviation of the window, each taken anew', () => {
  const values = fc.uniqueArray(fc.integer({ min: -1e6, max: 1e6 }), {
    minLength: 1,
    maxLength: 400,
    size: 'max',
  })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), values, (block, list) => {
      expect(gap(scoresOf(64 * block, list), slowly(block, list))).toBeLessThan(1e-9)
    }),
  )
})

it('keeps nothing of a huge value that has left the window', () => {
  const calm = Array.from({ length: 65 }, (_, index) => index % 2)

  const scores = scoresOf(64, [1e99, ...calm, 3])

  expect(scores.at(-1)).toBe(5)
})

it('says what it expected, and the band of three deviations', () => {
  const detector = gaussian.create({ window: 64 }, scope)
  for (let index = 0; index < 64; index++) detector.update(Float64Array.of(index % 2), 0)

  detector.score(Float64Array.of(9), 0)

  expect(detector.evidence).toMatchObject({ expected: [0.5], low: [-1], high: [2] })
})
