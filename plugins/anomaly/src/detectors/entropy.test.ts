import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { chiSquareAbove } from '../numbers/chi-square.ts'
import { entropy } from './entropy.ts'

const scope = { dimensions: 1, warmup: 1, seed: 1 }
const defaults = { length: 52, bins: 5, history: 1000, hypotheses: 20, significance: 0.01 }
const small = { length: 10, bins: 3, history: 100, hypotheses: 4, significance: 0.05 }

detectorLaws(entropy, { points: 300 })
detectorLaws(entropy, { parameters: small, scaleFree: true, points: 300 })

/** 9.46; printed tables have 9.49. */
const limit = chiSquareAbove(0.05, 4)

interface Hypothesis {
  readonly counts: readonly number[]
  agreed: number
  seen: number
}

function histogram(values: readonly number[]): number[] {
  const counts = [0, 0, 0, 0, 0]
  for (const value of values) {
    const inner = value === 0 ? 1 : Math.ceil(value / 2)
    counts[value < 0 ? 0 : Math.min(inner, 4)]! += 1
  }
  return counts
}

/** 2 n times the sum of p log(p / q). */
function statistic(counts: readonly number[], other: readonly number[]): number {
  const terms = counts.map((count, cell) => {
    const share = count / small.length
    const expected = (other[cell]! + 0.5) / (small.length + 2.5)
    return share === 0 ? 0 : share * Math.log(share / expected)
  })
  return 2 * small.length * terms.reduce((sum, term) => sum + term, 0)
}

/** By the definition, over the range from 0 to 6 in three parts: every window counted anew. */
function slowly(values: readonly number[]): number[] {
  const kept: Hypothesis[] = []
  return values.map((_, at) => {
    if (at + 1 < small.length) return Number.NaN
    const counts = histogram(values.slice(at + 1 - small.length, at + 1))
    const found = kept.map((one) => ({ one, is: statistic(counts, one.counts) }))
    const score = Math.min(
      ...found.filter(({ one }) => one.agreed > small.length).map(({ is }) => is),
    )
    const best = Math.min(...found.map(({ is }) => is))
    const nearest = found.find(({ is }) => is <= best + 1e-9)
    if (nearest !== undefined && nearest.is <= limit) {
      nearest.one.agreed += 1
      nearest.one.seen = at
      return score === Infinity ? Number.NaN : score
    }
    if (kept.length === small.hypotheses) {
      const [least] = kept.toSorted((a, b) => a.agreed - b.agreed || a.seen - b.seen)
      kept[kept.indexOf(least!)] = { counts, agreed: 1, seen: at }
    } else kept.push({ counts, agreed: 1, seen: at })
    return score === Infinity ? Number.NaN : score
  })
}

it('is the relative entropy to the best of the histograms that enough points agreed with', () => {
  const stretch = fc
    .tuple(
      fc.integer({ min: -1, max: 7 }),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 5, max: 40 }),
    )
    .map(([base, spread, times]) =>
      Array.from({ length: times }, (_, at) => base + ((7 * at) % (spread + 1))),
    )
  const cases = fc.array(stretch, { maxLength: 12 }).map((stretches) => stretches.flat())
  fc.assert(
    fc.property(cases, (values) => {
      const detector = entropy.create(small, { ...scope, range: [0, 6] })

      const scores = values.map((value) => detector.update(Float64Array.of(value), 0))

      for (const [index, expected] of slowly(values).entries()) {
        expect(Number.isNaN(scores[index])).toBe(Number.isNaN(expected))
        expect(scores[index] || 0).toBeCloseTo(expected || 0, 6)
      }
    }),
  )
})

it('sees values that are each usual come in unusual shares, and tells when they came so before', () => {
  const detector = entropy.create(defaults, scope)
  const wave = (index: number): number => Math.sin(index)
  const top = (index: number): number => 0.9 + wave(index) / 20
  const run = (values: readonly number[]): number => {
    return Math.max(
      ...values.map((value) => detector.update(Float64Array.of(value), 0)).filter((x) => x >= 0),
    )
  }
  const some = (count: number, of: (index: number) => number) =>
    Array.from({ length: count }, (_, at) => of(at))

  const usual = run(some(500, wave))
  const first = run(some(80, top))
  run(some(300, wave))
  const later = run(some(300, top))
  run(some(300, wave))
  const again = run(some(100, top))

  expect({
    usual: usual < 20,
    first: first > 100,
    later: later > 100,
    again: again < 40,
  }).toStrictEqual({
    usual: true,
    first: true,
    later: true,
    again: true,
  })
  expect(detector.evidence).toStrictEqual({ span: 52, nearest: 1 })
})

it('finds new ranges when the values have gone beyond the old', () => {
  const detector = entropy.create({ ...small, history: 100 }, scope)
  for (let index = 0; index < 300; index++) detector.update(Float64Array.of(Math.sin(index)), 0)
  for (let index = 0; index < 300; index++)
    detector.update(Float64Array.of(50 + Math.sin(index)), 0)

  const usual = detector.update(Float64Array.of(50 + Math.sin(300)), 0)
  for (let index = 0; index < 9; index++) detector.update(Float64Array.of(50.9), 0)
  const unusual = detector.update(Float64Array.of(50.9), 0)

  expect(usual).toBeLessThan(10)
  expect(unusual).toBeGreaterThan(15)
})
