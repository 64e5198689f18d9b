import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SeededRandom } from '../seeded-random.ts'
import { rankChangepoint } from './rank-changepoint.ts'

/** Scores of one half of a sample against all: (sum - expected)² / variance, as for any linear rank statistic. */
function squared(scores: readonly number[], k: number): number {
  const n = scores.length
  const mean = scores.reduce((sum, one) => sum + one, 0) / n
  const variance = scores.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1)
  const sum = scores.slice(0, k).reduce((total, one) => total + one, 0)
  const ofSum = (variance * k * (n - k)) / n
  return ofSum > 1e-9 ? (sum - k * mean) ** 2 / ofSum : 0
}

/** Where the clearest change is, 0 for none, by Wilcoxon's and Mood's scores. */
function slow(values: readonly number[], limit: number): number {
  const n = values.length
  const ranks = values.map((value) => {
    const below = values.filter((one) => one < value).length
    const equal = values.filter((one) => one === value).length
    return below + (equal + 1) / 2
  })
  const moods = ranks.map((rank) => (rank - (n + 1) / 2) ** 2)
  const places = Array.from({ length: Math.max(0, n - 19) }, (_, i) => i + 10)
  const clearness = places.map((k) => squared(ranks, k) + squared(moods, k))
  const best = Math.max(0, ...clearness)
  return best > limit ? (places[clearness.indexOf(best)] as number) : 0
}

it('finds the clearest change of ranks by its definition', () => {
  const stretch = fc.tuple(
    fc.integer({ min: -2, max: 2 }),
    fc.constantFrom(1, 4),
    fc.integer({ min: 1, max: 40 }),
  )
  const stretches = fc.array(stretch, { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(stretches, fc.integer(), fc.boolean(), (list, seed, rounded) => {
      const random = new SeededRandom(seed)
      const detector = rankChangepoint.create({ window: 60, limit: 12 }, 1)
      let seen: number[] = []
      let ticks = 0
      const lengths: [told: number, expected: number][] = []
      for (const [level, width, length] of list) {
        for (let i = 0; i < length; i++) {
          const exact = level + width * random.nextNormal()
          const value = rounded ? Math.round(exact) : exact
          seen = [...seen, value].slice(-60)
          ticks++
          const looks = ticks >= 4 && seen.length >= 20
          const change = looks ? slow(seen, 12) : 0
          if (looks) ticks = 0

          expect(detector.update(value)).toBe(change > 0)
          if (change > 0) lengths.push([detector.evidence.length, seen.length - change])
          seen = seen.slice(change)
        }
      }
      for (const [told, expected] of lengths) expect(told).toBe(expected)
    }),
    { numRuns: 50 },
  )
})

const shapes = {
  normal: (random: SeededRandom) => random.nextNormal(),
  exponential: (random: SeededRandom) => -Math.log(1 - random.next()),
  'heavy-tailed': (random: SeededRandom) => random.nextNormal() / random.nextNormal(),
}

it.for(Object.entries(shapes))('finds no change in %s numbers without one', ([, shape]) => {
  const random = new SeededRandom(3)
  const detector = rankChangepoint.create({ window: 200, limit: 30 }, 1)

  const found = Array.from({ length: 5000 }, () => detector.update(shape(random)))

  expect(found).not.toContain(true)
})

it('says where level or width have changed', () => {
  const random = new SeededRandom(3)
  const detector = rankChangepoint.create({ window: 200, limit: 30 }, 1)
  const until = (next: () => number): number => {
    let count = 1
    while (!detector.update(next())) count++
    return count
  }
  for (let i = 0; i < 500; i++) detector.update(random.nextNormal())

  const byLevel = until(() => 3 + random.nextNormal())
  const { ...level } = detector.evidence
  for (let i = 0; i < 300; i++) detector.update(3 + random.nextNormal())
  const byWidth = until(() => 3 + 4 * random.nextNormal())

  expect(byLevel).toBeLessThan(20)
  expect(level.before).toBeCloseTo(0, 0)
  expect(level.after).toBeGreaterThan(2)
  expect(Math.abs(level.length - byLevel)).toBeLessThan(3)
  expect(byWidth).toBeLessThan(60)
  expect(Math.abs(detector.evidence.length - byWidth)).toBeLessThan(20)
})
