import { createRandom } from '@millrace/base'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rankOfSurprise, RankScale } from './rank-scale.ts'

const raw = fc.oneof(
  fc.integer({ min: 0, max: 6 }),
  fc.double({ min: 0, max: 10, noNaN: true }),
  fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
)
const raws = fc.array(raw, { maxLength: 150 })
const lengths = fc.integer({ min: 1, max: 60 })

function scaleOf(values: readonly number[], length: number): RankScale {
  const scale = new RankScale({ length })
  for (const value of values) scale.add(value)
  return scale
}

/** The share of the last scores that are at least as large, the new one counted in, from its definition. */
function slowShare(values: readonly number[], length: number, value: number): number {
  const round = (number: number): number => Math.fround(Math.min(number, 3.4028234663852886e38))
  const last = values.slice(-length).map(round)
  return (1 + last.filter((one) => one >= round(value)).length) / (last.length + 1)
}

it('ranks a score by the share of the last ones that are at least as large', () => {
  fc.assert(
    fc.property(raws, lengths, raw, (values, length, value) => {
      const scale = scaleOf(values, length)
      const share = slowShare(values, length, value)
      const isBeyond = values.slice(-length).every((one) => one < value)

      const most = isBeyond && scale.size >= 20 ? 1 : 1 - share
      expect(scale.rank(value)).toBeGreaterThanOrEqual(1 - share - 1e-12)
      expect(scale.rank(value)).toBeLessThanOrEqual(most + 1e-12)
      expect(scale.surprise(value)).toBeGreaterThanOrEqual(-Math.log10(share) - 1e-12)
    }),
  )
})

it('never ranks a larger score lower, nor outside of [0, 1)', () => {
  fc.assert(
    fc.property(raws, lengths, fc.array(raw, { minLength: 2 }), (values, length, asked) => {
      const scale = scaleOf(values, length)

      const ranks = asked.toSorted((a, b) => a - b).map((one) => scale.rank(one))
      const surprises = asked.toSorted((a, b) => a - b).map((one) => scale.surprise(one))

      expect(ranks).toStrictEqual(ranks.toSorted((a, b) => a - b))
      expect(surprises).toStrictEqual(surprises.toSorted((a, b) => a - b))
      for (const rank of ranks) expect(rank >= 0 && rank < 1).toBe(true)
      for (const one of surprises) expect(one >= 0 && Number.isFinite(one)).toBe(true)
    }),
  )
})

it('follows a generalised Pareto tail beyond the largest', () => {
  const scale = new RankScale({ length: 200 })
  // Quantiles of a tail of shape 0.4 and scale 2, in an order of their own.
  const values = Array.from({ length: 200 }, (_, i) => {
    const share = (((i * 77) % 200) + 0.5) / 200
    return Math.fround(5 * ((1 - share) ** -0.4 - 1))
  })
  for (const value of values) scale.add(value)

  const surprise = scale.surprise(100)

  // From the definition, over the ten largest: b0 and b1 are the moments weighted by 1 and by (i - 0.35) / n.
  const sorted = values.toSorted((a, b) => a - b)
  const threshold = sorted[189] as number
  const excesses = sorted.slice(190).map((value) => value - threshold)
  const sum = (weight: (i: number) => number): number =>
    excesses.reduce((total, excess, i) => total + excess * weight(i + 1), 0) / 10
  const a0 = sum(() => 1)
  const a1 = sum((i) => 1 - (i - 0.35) / 10)
  const estimate = 2 - a0 / (a0 - 2 * a1)
  const shape = (10 * estimate + 10 * 0.25) / 20
  const beyond = (x: number): number =>
    (1 + (shape * (x - threshold)) / (a0 * (1 - shape))) ** (-1 / shape)
  const p = ((1 / 201) * beyond(100)) / beyond(sorted[199] as number)
  expect(estimate).toBeGreaterThan(0.1)
  expect(surprise).toBeCloseTo(-Math.log10(p), 9)
  expect(scale.rank(100)).toBeCloseTo(1 - p, 12)
})

it('keeps apart how extreme extreme scores are', () => {
  const random = createRandom(1)
  const scale = scaleOf(
    Array.from({ length: 1000 }, () => -Math.log(1 - random())),
    1000,
  )

  const ranks = [10, 20, 40, 100, 1e3, 1e5].map((value) => scale.rank(value))

  expect(new Set(ranks).size).toBe(6)
  expect(ranks).toStrictEqual(ranks.toSorted((a, b) => a - b))
  expect(scale.surprise(1e308)).toBeGreaterThan(scale.surprise(1e200))
})

it('scores 0 while there is nothing to compare, and on a constant stream', () => {
  const scale = new RankScale()

  const empty = scale.rank(5)
  const constant = Array.from({ length: 100 }, () => {
    const rank = scale.rank(5)
    scale.add(5)
    return rank
  })

  expect(empty).toBe(0)
  expect(new Set(constant)).toStrictEqual(new Set([0]))
  expect(scale.rank(4)).toBe(0)
  expect(scale.rank(6)).toBeGreaterThan(0.99)
  expect(scale.rank(7)).toBeGreaterThan(scale.rank(6))
})

it('passes over NaN', () => {
  const scale = scaleOf([1, Number.NaN, 2], 10)

  expect(scale.size).toBe(2)
  expect(scale.rank(Number.NaN)).toBeNaN()
  expect(scale.surprise(Number.NaN)).toBeNaN()
})

it('forgets all but the newest', () => {
  const scale = scaleOf([1, 2, 3, 4], 3)

  scale.forget(2)

  expect([...scale.snapshot().scores]).toStrictEqual([3, 4])
  scale.forget()
  expect(scale.size).toBe(0)
})

it('compares with a score only after the delay, and at once when it forgets', () => {
  const scale = new RankScale({ length: 3, delay: 2 })
  for (const value of [1, 2, 3, 4, 5, 6]) scale.add(value)

  const { scores, waiting } = scale.snapshot()
  scale.forget(4)

  expect([...scores]).toStrictEqual([2, 3, 4])
  expect([...waiting]).toStrictEqual([5, 6])
  expect([...scale.snapshot().scores]).toStrictEqual([4, 5, 6])
  expect(scale.snapshot().waiting).toHaveLength(0)
})

it('ranks the peak of a slow rise highest where the delay is longer than the rise', () => {
  const random = createRandom(2)
  const calm = Array.from({ length: 500 }, () => -Math.log(1 - random()))
  const rise = Array.from({ length: 12 }, (_, i) => 9 + 2 * i)
  const ranksOf = (delay: number): number[] => {
    const scale = new RankScale({ delay })
    for (const value of calm) scale.add(value)
    return rise.map((value) => {
      const rank = scale.rank(value)
      scale.add(value)
      return rank
    })
  }

  const [at, delayed] = [ranksOf(0), ranksOf(20)]

  expect(delayed).toStrictEqual(delayed.toSorted((a, b) => a - b))
  expect(at.indexOf(Math.max(...at))).toBeLessThan(11)
})

it('goes on from a snapshot as if nothing had been, within its bytes', () => {
  fc.assert(
    fc.property(raws, raws, lengths, fc.nat({ max: 30 }), (first, second, length, delay) => {
      const whole = new RankScale({ length, delay })
      for (const value of first) whole.add(value)
      const data = whole.snapshot()
      const kept = structuredClone(data)
      const restored = new RankScale({ length, delay })
      restored.restore(kept)

      const bytes = data.scores.byteLength + data.waiting.byteLength
      expect(bytes).toBeLessThanOrEqual(RankScale.bytes({ length, delay }))
      for (const value of second) {
        expect(restored.rank(value)).toBe(whole.rank(value))
        whole.add(value)
        restored.add(value)
      }
      expect(restored.snapshot()).toStrictEqual(whole.snapshot())
      expect(data).toStrictEqual(kept)
    }),
  )
})

const shapes = {
  uniform: (u: number) => u,
  exponential: (u: number) => -Math.log(1 - u),
  heavy: (u: number) => (1 - u) ** -0.4,
}

it.for(Object.entries(shapes))('tells %s chances as often as they say', ([, shape]) => {
  const random = createRandom(5)
  const scale = new RankScale()
  const count = 40_000
  const levels = [0.5, 0.1, 0.01, 0.001, 0.0003]
  const seen = levels.map(() => 0)

  for (let i = 0; i < 1000 + count; i++) {
    const value = shape(random())
    const p = 1 - scale.rank(value)
    scale.add(value)
    if (i < 1000) continue
    for (const [index, level] of levels.entries()) {
      if (p <= level + 1e-12) seen[index] = (seen[index] as number) + 1
    }
  }

  // The last level lies in the tail: three times in ten thousand is twelve times here.
  const shares = seen.map((times, index) => times / count / (levels[index] as number))
  expect(shares[0]).toBeCloseTo(1, 1)
  expect(shares[1]).toBeCloseTo(1, 1)
  for (const share of shares.slice(2)) expect(share).toBeLessThan(1.3)
  for (const share of shares.slice(2, 4)) expect(share).toBeGreaterThan(0.7)
})

it('compresses a score below 1 without losing the order', () => {
  const surprises = [0, 1, 7.9, 8, 9, 12, 20, 50, 3000]

  const scores = surprises.map((surprise) => rankOfSurprise(surprise))

  expect(scores).toStrictEqual(scores.toSorted((a, b) => a - b))
  expect(new Set(scores).size).toBe(9)
  expect(scores[1]).toBe(0.9)
  expect(scores[8]).toBeLessThan(1)
})

it('tells surprises as they are', () => {
  const scale = new RankScale({ ranked: true })

  for (const raw of [0, 1, 2, 3, 4, 5]) scale.add(raw)

  expect([scale.surprise(3), scale.rank(3), scale.size]).toStrictEqual([3, 0.999, 0])
})
