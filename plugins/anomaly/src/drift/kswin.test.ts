import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SeededRandom } from '../seeded-random.ts'
import { kswin } from './kswin.ts'

/** The largest distance of two empirical distributions, looked for at every number. */
function distance(one: readonly number[], other: readonly number[]): number {
  const shareOf = (list: readonly number[], x: number): number =>
    list.filter((value) => value <= x).length / list.length
  return Math.max(...[...one, ...other].map((x) => Math.abs(shareOf(one, x) - shareOf(other, x))))
}

it('finds a drift where the distance of the samples is above the limit of the test', () => {
  // All that is older is drawn where the newest are half of the window.
  const values = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 20, maxLength: 120 })
  fc.assert(
    fc.property(values, fc.integer({ min: 0, max: 12 }), (list, jump) => {
      const detector = kswin.create({ alpha: 0.05, window: 20, newest: 10 }, 1)
      let seen: number[] = []
      for (const [i, one] of list.entries()) {
        const value = i > 30 ? one + jump : one
        seen = [...seen, value].slice(-20)
        const [older, newest] = [seen.slice(0, 10), seen.slice(10)]
        // c(alpha) * sqrt((n + m) / (n * m)), c(0.05) = 1.3581
        const limit = 1.3581 * Math.sqrt(20 / 100)
        const expected = seen.length === 20 && distance(older, newest) > limit

        expect(detector.update(value)).toBe(expected)
        if (expected) seen = newest
      }
    }),
  )
})

it('finds a change of width where the mean stays, and hardly ever one where there is none', () => {
  const random = new SeededRandom(3)
  const detector = kswin.create({ alpha: 1e-4, window: 600, newest: 200 }, 1)
  let before = 0
  for (let i = 0; i < 3000; i++) if (detector.update(random.nextNormal())) before++

  let delay = 1
  while (!detector.update(4 * random.nextNormal())) delay++

  expect(before).toBe(0)
  expect(delay).toBeLessThan(250)
  expect(detector.evidence.length).toBe(200)
})

it('draws every older number equally often', () => {
  const counts = new Map<number, number>()
  // A window of numbers that tell their place, where one drawn from the first half is a distance of its own.
  for (let seed = 0; seed < 2000; seed++) {
    const detector = kswin.create({ alpha: 0.999_999, window: 6, newest: 1 }, seed)
    const found = [0, 0, 0, 0, 1, 1].map((value) => detector.update(value))
    const drawn = found[5] === true ? 0 : 1
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1)
  }

  expect((counts.get(0) ?? 0) / 2000).toBeCloseTo(0.8, 1)
})
