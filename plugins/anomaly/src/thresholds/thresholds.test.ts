import { createRandom } from '@millrace/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../bytes-of.test-support.ts'
import { RankScale } from '../judge/rank-scale.ts'
import type { ThresholdParameters } from '../judge/threshold-parameters.ts'
import { BudgetThreshold } from './budget-threshold.ts'
import { ConformalThreshold } from './conformal-threshold.ts'
import { createThreshold, thresholdBytes } from './create-threshold.ts'
import { FixedThreshold } from './fixed-threshold.ts'
import type { Scored, Threshold } from './threshold.ts'

const minute = 60_000
const day = 86_400_000

const all: readonly ThresholdParameters[] = [
  0.9,
  { quantile: 0.9 },
  { spot: 0.01 },
  { dspot: { q: 0.01, depth: 5 } },
  { conformal: 0.1 },
  { budget: 3 },
]

/** Asks, learns, and takes what is over it for an alert. */
function look(threshold: Threshold, scored: Scored): boolean {
  const isOver = threshold.isOver(scored)
  threshold.learn(scored, isOver)
  if (isOver) threshold.alerted?.(scored.time)
  return isOver
}

const raw = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 50 }) },
  { weight: 1, arbitrary: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }) },
)
const stream = fc.array(
  fc.record({
    score: fc.double({ min: 0, max: 0.9999, noNaN: true }),
    raw,
    time: fc.integer({ min: 0, max: 3 * day }),
  }),
  { maxLength: 200 },
)

describe.for(all)('%j', (parameters) => {
  it('goes on from a snapshot as if nothing had been, within its bytes', () => {
    fc.assert(
      fc.property(stream, stream, (first, second) => {
        const whole = createThreshold(parameters, 80)
        for (const scored of first) look(whole, scored)
        const data = whole.snapshot()
        const kept = structuredClone(data)
        const restored = createThreshold(parameters, 80)
        restored.restore(kept)

        expect(bytesOf(data)).toBeLessThanOrEqual(thresholdBytes(parameters, 80))
        for (const scored of second) expect(look(restored, scored)).toBe(look(whole, scored))
        expect(restored.snapshot()).toStrictEqual(whole.snapshot())
        expect(data).toStrictEqual(kept)
      }),
    )
  })

  it('has a level in [0, 1], or NaN', () => {
    fc.assert(
      fc.property(stream, (list) => {
        const threshold = createThreshold(parameters, 20)
        const scale = new RankScale()
        for (const scored of list) {
          look(threshold, scored)
          scale.add(scored.raw)
          const level = threshold.level(scale)
          expect(Number.isNaN(level) || (level >= 0 && level <= 1)).toBe(true)
        }
      }),
    )
  })
})

it('is over a fixed one from its score on', () => {
  const threshold = new FixedThreshold(0.99)

  const over = [0.9899, 0.99, 0.999].map((score) => look(threshold, { score, raw: 1, time: 0 }))

  expect(over).toStrictEqual([false, true, true])
  expect(threshold.level()).toBe(0.99)
})

it('keeps the share over a conformal one near alpha, also where scores crowd at the top', () => {
  const random = createRandom(8)
  const rateOf = (score: (u: number) => number): number => {
    const threshold = new ConformalThreshold(0.02)
    let over = 0
    for (let i = 0; i < 20_000; i++) {
      if (look(threshold, { score: score(random()), raw: 1, time: 0 })) over++
    }
    return over / 20_000
  }

  const rates = [rateOf((u) => u), rateOf((u) => u ** 0.5), rateOf((u) => u ** 2)]

  for (const rate of rates) {
    expect(rate).toBeGreaterThan(0.015)
    expect(rate).toBeLessThan(0.025)
  }
})

it('lowers a conformal level with each point over it, and never below 0 nor far above alpha', () => {
  const threshold = new ConformalThreshold(0.01)
  const scored = { score: 1, raw: 1, time: 0 }

  threshold.learn(scored, true)
  const once = threshold.snapshot()
  for (let i = 0; i < 50; i++) threshold.learn(scored, true)
  const often = threshold.snapshot()
  for (let i = 0; i < 1e5; i++) threshold.learn(scored, false)

  expect([once, often]).toStrictEqual([expect.closeTo(0.00505, 9), 0])
  expect(threshold.snapshot()).toBeLessThanOrEqual(0.1)
})

it('never allows more alerts than the budget within 24 hours, whatever comes', () => {
  fc.assert(
    fc.property(stream, fc.integer({ min: 1, max: 4 }), (list, alerts) => {
      const threshold = new BudgetThreshold(alerts)
      const rare = list.map((scored) => ({ ...scored, score: 1 - (1 - scored.score) / 1e4 }))

      const times = rare.filter((scored) => look(threshold, scored)).map(({ time }) => time)

      const within = times.map((from) => times.filter((t) => t >= from && t < from + day).length)
      expect(Math.max(0, ...within)).toBeLessThanOrEqual(alerts)
    }),
  )
})

it('spends more than half of a budget on the rarest points of a day', () => {
  const random = createRandom(6)
  const threshold = new BudgetThreshold(3)
  const scores: number[] = []
  for (let i = 0; i < 40 * 1440; i++) {
    const score = random()
    if (look(threshold, { score, raw: 1, time: i * minute })) scores.push(score)
  }

  expect(scores.length / 40).toBeGreaterThan(1.5)
  expect(scores.length / 40).toBeLessThanOrEqual(3)
  expect(Math.min(...scores)).toBeGreaterThan(0.997)
})
