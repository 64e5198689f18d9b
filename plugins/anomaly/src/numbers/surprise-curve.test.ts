import { createRandom } from '@millrace/base'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SurpriseCurve } from './surprise-curve.ts'

/** Scores of which as many are above 1.55, 2.1 and 2.75 as given, and above each further one a tenth of the tenth before. */
function withShares(shares: readonly number[]): () => number {
  const random = createRandom(3)
  const levels = [1, 1.55, 2.1, 2.75]
  const logs = [0, ...shares.map((share) => -Math.log10(share))]
  return () => {
    const surprise = -Math.log10(1 - random())
    const at = logs.findLastIndex((log) => log <= surprise)
    const rest = surprise - (logs[at] as number)
    if (at === 3) return 2.75 + (rest < 0.99 ? rest / 1.8 : 0.55 + rest - 0.99)
    const step = (logs[at + 1] as number) - (logs[at] as number)
    return (
      (levels[at] as number) + (rest / step) * ((levels[at + 1] as number) - (levels[at] as number))
    )
  }
}

it.for([
  [0.5, 0.1, 0.01],
  [0.2, 0.03, 0.002],
  [0.8, 0.4, 0.05],
])('as many surprises lie above a level as it says, of scores with shares %j', (shares) => {
  const draw = withShares(shares)
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
})

it('rises with the score from 0 at 1, and stays finite, whatever it has learnt', () => {
  const score = fc.double({ min: 0, max: 1e6, noNaN: true })
  const times = fc.integer({ min: 1, max: 3000 })
  const learnt = fc.array(fc.tuple(fc.constantFrom(0, 0.5, 1.6, 2, 2.2, 2.8, 4, 6), times))
  fc.assert(
    fc.property(learnt, score, score, (all, a, b) => {
      const curve = new SurpriseCurve(50)
      for (const [one, count] of all) {
        for (let index = 0; index < count; index++) curve.learn(one)
      }
      const [low, high] = [curve.of(Math.min(a, b)), curve.of(Math.max(a, b))]

      expect(curve.of(1)).toBe(0)
      expect(low).toBeLessThanOrEqual(high)
      expect(Number.isFinite(high)).toBe(true)
    }),
  )
})

it('does not learn from what it is to tell of', () => {
  const curve = new SurpriseCurve(100)
  const before = curve.of(3)
  for (let index = 0; index < 1000; index++) curve.learn(5.1)

  expect(curve.of(3)).toBe(before)
})

it('goes on from a snapshot', () => {
  const draw = withShares([0.4, 0.2, 0.02])
  const curve = new SurpriseCurve(100)
  const other = new SurpriseCurve(100)
  for (let index = 0; index < 50; index++) curve.learn(draw())
  other.restore(structuredClone(curve.snapshot()))
  for (const one of [curve, other]) one.learn(2.2)

  expect(other.of(2)).toBe(curve.of(2))
  expect(other.snapshot()).toStrictEqual(curve.snapshot())
})
