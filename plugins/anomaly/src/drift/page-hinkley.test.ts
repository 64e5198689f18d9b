import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SeededRandom } from '../seeded-random.ts'
import { pageHinkley } from './page-hinkley.ts'

function mean(list: readonly number[]): number {
  return list.reduce((sum, one) => sum + one, 0) / list.length
}

interface Found {
  readonly at: number
  readonly length: number
  readonly after: number
}

/** How many numbers until the first drift, and where it began, from the sums and their least. */
function slow(values: readonly number[], delta: number, lambda: number): Found {
  const steps = values.map((value, i) => {
    const seen = values.slice(0, i + 1)
    const spread = Math.sqrt(mean(seen.map((one) => (one - mean(seen)) ** 2)))
    return spread > 1e-12 ? Math.min(Math.max((value - mean(seen)) / spread, -4), 4) : 0
  })
  for (let n = 30; n <= values.length; n++) {
    for (const sign of [1, -1]) {
      const sums = [0]
      for (const step of steps.slice(0, n)) sums.push((sums.at(-1) as number) + sign * step - delta)
      const least = Math.min(...sums)
      if ((sums[n] as number) - least <= lambda) continue
      const from = sums.lastIndexOf(least)
      return { at: n, length: n - from, after: mean(values.slice(from, n)) }
    }
  }
  return { at: 0, length: 0, after: Number.NaN }
}

it('finds the first drift where the sums rise too far above their least', () => {
  const levels = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 5, max: 60 }))
  fc.assert(
    fc.property(levels, fc.integer(), fc.constantFrom(0, 0.25), ([height, from], seed, delta) => {
      const random = new SeededRandom(seed)
      const values = Array.from({ length: 150 }, (_, i) => random.next() + (i < from ? 0 : height))
      const detector = pageHinkley.create({ delta, lambda: 10, least: 30 }, 1)

      const at = 1 + values.findIndex((value) => detector.update(value))

      const { length, after } = detector.evidence
      const expected = slow(values, delta, 10)
      expect({ at, length }).toStrictEqual({ at: expected.at, length: expected.length })
      expect(Math.abs(after - expected.after) > 1e-9).toBe(false)
    }),
    { numRuns: 30 },
  )
})

it('finds a shift either way soon, and hardly ever one where there is none', () => {
  for (const shift of [1, -1]) {
    const random = new SeededRandom(3)
    const detector = pageHinkley.create({ delta: 0.25, lambda: 30, least: 30 }, 1)
    let before = 0
    for (let i = 0; i < 5000; i++) if (detector.update(random.nextNormal())) before++

    let delay = 1
    while (!detector.update(shift + random.nextNormal())) delay++

    expect(before).toBe(0)
    expect(delay).toBeLessThan(80)
    expect(detector.evidence.before).toBeCloseTo(0, 0)
    expect(detector.evidence.after / shift).toBeCloseTo(1, 0)
    expect(Math.abs(detector.evidence.length - delay)).toBeLessThan(30)
  }
})

it('takes a single number for no drift, however far it lies', () => {
  const detector = pageHinkley.create({ delta: 0.25, lambda: 30, least: 30 }, 1)
  const random = new SeededRandom(3)
  for (let i = 0; i < 100; i++) detector.update(random.nextNormal())

  expect(detector.update(1e9)).toBe(false)
})
