import { createRandom } from '@millrace/base'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SurpriseCurve } from './surprise-curve.ts'

/** Scores of which -ln of the share above x is (x / scale) ** power. */
function weibull(scale: number, power: number): () => number {
  const random = createRandom(3)
  return () => scale * (-Math.log(1 - random())) ** (1 / power)
}

it.for([
  [0.45, 1],
  [0.7, 1.3],
  [0.9, 1.8],
] as const)(
  'as many surprises lie above a level as it says, of scores of scale %d and power %d',
  ([scale, power]) => {
    const draw = weibull(scale, power)
    const curve = new SurpriseCurve(2000)
    for (let index = 0; index < 40_000; index++) curve.learn(draw())

    let [one, two, three] = [0, 0, 0]
    for (let index = 0; index < 100_000; index++) {
      const surprise = curve.of(draw())
      if (surprise >= 1) one++
      if (surprise >= 2) two++
      if (surprise >= 3) three++
    }

    expect(one / 10_000).toBeGreaterThan(0.85)
    expect(one / 10_000).toBeLessThan(1.15)
    expect(two / 1000).toBeGreaterThan(0.6)
    expect(two / 1000).toBeLessThan(1.6)
    expect(three / 100).toBeGreaterThan(0.3)
    expect(three / 100).toBeLessThan(2.5)
  },
)

it('rises with the score from 0, and stays finite, whatever it has learnt', () => {
  const score = fc.double({ min: 0, max: 1e6, noNaN: true })
  const times = fc.integer({ min: 1, max: 3000 })
  const learnt = fc.array(fc.tuple(fc.constantFrom(0, 0.5, 1, 1.2, 1.5, 4, 5), times))
  fc.assert(
    fc.property(learnt, score, score, (all, a, b) => {
      const curve = new SurpriseCurve(50)
      for (const [one, count] of all) {
        for (let index = 0; index < count; index++) curve.learn(one)
      }
      const [low, high] = [curve.of(Math.min(a, b)), curve.of(Math.max(a, b))]

      expect(curve.of(0)).toBe(0)
      expect(low).toBeLessThanOrEqual(high)
      expect(Number.isFinite(high)).toBe(true)
    }),
  )
})

it('does not learn from what it is to tell of', () => {
  const curve = new SurpriseCurve(100)
  const before = curve.of(3)
  for (let index = 0; index < 1000; index++) curve.learn(4.1)

  expect(curve.of(3)).toBe(before)
})

it('goes on from a snapshot', () => {
  const draw = weibull(0.7, 1.3)
  const curve = new SurpriseCurve(100)
  const other = new SurpriseCurve(100)
  for (let index = 0; index < 50; index++) curve.learn(draw())
  other.restore(structuredClone(curve.snapshot()))
  for (const one of [curve, other]) one.learn(1.2)

  expect(other.of(2)).toBe(curve.of(2))
  expect(other.snapshot()).toStrictEqual(curve.snapshot())
})
