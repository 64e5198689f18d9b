import { createRandom } from '@millrace/base'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Likelihood } from './likelihood.ts'

const surprises = fc.array(
  fc.oneof(
    fc.double({ min: 0, max: 3, noNaN: true }),
    fc.double({ min: 0, max: 400, noNaN: true }),
  ),
  { maxLength: 150 },
)

/** From the definition: each mean of ten counts 1/n as long as there are few, and is forgotten at a rate of 1 / 1000 then. */
function slow(before: readonly number[], surprise: number): number {
  if (before.length < 20) return 0.5
  const limited = [...before, surprise].map((one) => Math.min(one, 8))
  const means = limited
    .slice(9)
    .map((_, i) => limited.slice(i, i + 10).reduce((sum, one) => sum + one, 0) / 10)
  const short = means.pop() as number
  const mean = means.reduce((sum, one) => sum + one, 0) / means.length
  const variance = means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / means.length
  const z = (short - mean) / Math.max(Math.sqrt(variance), 0.03)
  return 1 - tail(z)
}

/** The normal tail, by Simpson's rule over 20 deviations. */
function tail(z: number): number {
  if (z < 0) return 1 - tail(-z)
  const step = 0.001
  let sum = 0
  for (let i = 0; i <= 20_000; i++) {
    const weight = i === 0 || i === 20_000 ? 1 : i % 2 === 1 ? 4 : 2
    sum += weight * Math.exp(-0.5 * (z + i * step) ** 2)
  }
  return (step / 3) * (sum / Math.sqrt(2 * Math.PI))
}

it('is where the mean of the last ten lies among the means of ten before', () => {
  fc.assert(
    fc.property(surprises, (list) => {
      const likelihood = new Likelihood()
      for (const surprise of list) likelihood.add(surprise)

      for (const next of [0, 0.4, 2, 50]) {
        expect(likelihood.of(next)).toBeCloseTo(slow(list, next), 6)
      }
    }),
    { numRuns: 50 },
  )
})

it('rises with strange points in a row, and stays in [0, 1]', () => {
  const random = createRandom(3)
  const likelihood = new Likelihood()
  for (let i = 0; i < 3000; i++) likelihood.add(-Math.log10(1 - random()))

  const row = Array.from({ length: 10 }, () => {
    const one = likelihood.of(1.3)
    likelihood.add(1.3)
    return one
  })

  expect(row[9]).toBeGreaterThan(0.999)
  expect(likelihood.of(1e300)).toBeLessThanOrEqual(1)
})

it('is 0.5 on a stream where nothing is rare', () => {
  const likelihood = new Likelihood()
  for (let i = 0; i < 100; i++) likelihood.add(0)

  expect(likelihood.of(0)).toBe(0.5)
})

it('goes on from a snapshot as if nothing had been', () => {
  fc.assert(
    fc.property(surprises, surprises, (first, second) => {
      const whole = new Likelihood()
      for (const surprise of first) whole.add(surprise)
      const restored = new Likelihood()
      restored.restore(structuredClone(whole.snapshot()))

      for (const surprise of second) {
        expect(restored.of(surprise)).toBe(whole.of(surprise))
        whole.add(surprise)
        restored.add(surprise)
      }
      expect(restored.snapshot()).toStrictEqual(whole.snapshot())
    }),
  )
})
