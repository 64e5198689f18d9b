import { createRandom } from '@millrace/base'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RankScale } from './rank-scale.ts'
import { ScoreScale } from './score-scale.ts'

const raw = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 30 }) },
  { weight: 1, arbitrary: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }) },
)
const raws = fc
  .tuple(fc.array(raw, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 30 }))
  .map(([list, times]) => Array.from({ length: times }, () => list).flat())
const effort = { numRuns: 50 }

function scaleOf(values: readonly number[], length: number): ScoreScale {
  const scale = new ScoreScale({ length })
  for (const value of values) scale.add(value)
  return scale
}

it('is the mean of what the recent ones say and what the largest of each twenty say', () => {
  fc.assert(
    fc.property(raws, raw, fc.integer({ min: 20, max: 200 }), (values, value, length) => {
      const scale = scaleOf(values, length)
      const recent = new RankScale({ length })
      const long = new RankScale({ length: 1000 })
      for (const one of values) recent.add(one)
      // The newest five blocks are not compared with yet.
      const blocks = Math.max(0, Math.floor(values.length / 20) - 5)
      for (let i = 0; i < blocks; i++) long.add(Math.max(...values.slice(20 * i, 20 * i + 20)))

      const near = recent.surprise(value)
      const p = 1 - (1 - 10 ** -long.surprise(value)) ** (1 / 20)
      const far = Math.max(p > 1e-9 ? -Math.log10(p) : long.surprise(value) + 1.30103, 0)
      const expected = blocks < 20 ? near : (near + Math.max(far, Math.min(near, 1.30103))) / 2
      expect(scale.surprise(value)).toBeCloseTo(expected, 4)
    }),
    effort,
  )
})

it('never ranks a larger score lower, nor outside of [0, 1)', () => {
  fc.assert(
    fc.property(raws, fc.array(raw, { minLength: 2 }), (values, asked) => {
      const scale = scaleOf(values, 100)

      const ranks = asked.toSorted((a, b) => a - b).map((one) => scale.rank(one))

      expect(ranks).toStrictEqual(ranks.toSorted((a, b) => a - b))
      for (const rank of ranks) expect(rank >= 0 && rank < 1).toBe(true)
    }),
    effort,
  )
})

it('goes on from a snapshot as if nothing had been, within its bytes', () => {
  fc.assert(
    fc.property(raws, raws, (first, second) => {
      const whole = scaleOf(first, 100)
      const data = whole.snapshot()
      const restored = new ScoreScale({ length: 100 })
      restored.restore(structuredClone(data))

      const { recent, long } = data
      const kept = [recent.scores, recent.waiting, long.scores, long.waiting]
      const bytes = kept.reduce((sum, one) => sum + one.byteLength, 16)
      expect(bytes).toBeLessThanOrEqual(ScoreScale.bytes({ length: 100 }))
      for (const value of second) {
        expect(restored.rank(value)).toBe(whole.rank(value))
        whole.add(value)
        restored.add(value)
      }
      expect(restored.snapshot()).toStrictEqual(whole.snapshot())
    }),
    effort,
  )
})

it('tells chances about as often as they say', () => {
  const random = createRandom(5)
  const scale = new ScoreScale()
  const levels = [0.5, 0.1, 0.01, 0.001]
  const seen = levels.map(() => 0)
  for (let i = 0; i < 50_000; i++) {
    const value = -Math.log(1 - random())
    const p = 1 - scale.rank(value)
    scale.add(value)
    if (i < 5000) continue
    for (const [index, level] of levels.entries()) {
      if (p <= level) seen[index] = (seen[index] as number) + 1
    }
  }

  for (const [index, level] of levels.entries()) {
    const share = (seen[index] as number) / 45_000 / level
    expect(share).toBeGreaterThan(0.6)
    expect(share).toBeLessThan(1.3)
  }
})

it('keeps apart what is seen every few thousand points and what was never seen', () => {
  const random = createRandom(5)
  const scale = new ScoreScale()
  const recent = new RankScale()
  for (let i = 0; i < 12_000; i++) {
    const value = i % 3000 === 1500 ? 30 : random()
    scale.add(value)
    recent.add(value)
  }

  const [now, never] = [scale.surprise(30), scale.surprise(40)]
  const last = recent.surprise(30)
  scale.forget(1000)

  // Among the last thousand both are records.
  expect(now).toBeLessThan(last)
  expect(never).toBeGreaterThan(now)
  expect(scale.surprise(30)).toBe(last)
})

it('takes surprises for what they are', () => {
  const scale = new ScoreScale({ ranked: true })
  for (let i = 0; i < 1000; i++) scale.add(i)

  expect(scale.surprise(3)).toBe(3)
  expect(scale.rank(3)).toBeCloseTo(0.999, 12)
  expect(scale.snapshot().long.scores).toHaveLength(0)
  expect(ScoreScale.bytes({ ranked: true })).toBe(16)
})
