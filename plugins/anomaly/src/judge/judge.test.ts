import { createRandom } from '@millrace/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../bytes-of.test-support.ts'
import { ewma } from '../detectors/ewma.ts'
import { rangeRule } from '../detectors/range-rule.ts'
import type { DriftDetector } from '../drift/drift-detector.ts'
import { Judge, type JudgeOptions, type Verdict } from './judge.ts'
import type { ThresholdParameters } from './threshold-parameters.ts'

const minute = 60_000

/** EWMA with its own defaults. */
function optionsOf(more: Partial<JudgeOptions> = {}): JudgeOptions {
  const parsed = ewma.parameters['~standard'].validate({})
  const { value } = parsed as { readonly value: unknown }
  return {
    definition: ewma,
    parameters: value,
    scope: { dimensions: 1, warmup: 50, seed: 1 },
    threshold: 0.99,
    ...more,
  }
}

function run(judge: Judge, values: readonly number[], from = 0): Verdict[] {
  return values.map((value, index) => {
    return structuredClone(judge.judge(Float64Array.of(value), (from + index) * minute))
  })
}

/** Says that there is a drift every fifty numbers. */
class EveryFifty implements DriftDetector {
  readonly evidence = { before: Number.NaN, after: Number.NaN, length: 10 }
  #count = 0

  update(): boolean {
    this.#count++
    return this.#count % 50 === 0
  }

  snapshot(): number {
    return this.#count
  }

  restore(count: number): void {
    this.#count = count
  }
}

const value = fc.oneof(
  { weight: 20, arbitrary: fc.double({ min: -3, max: 3, noNaN: true }) },
  { weight: 3, arbitrary: fc.constantFrom(0, 100) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
)
const stretch = fc
  .tuple(fc.array(value, { minLength: 1, maxLength: 15 }), fc.integer({ min: 1, max: 10 }))
  .map(([values, times]) => Array.from({ length: times }, () => values).flat())
const series = fc.array(stretch, { maxLength: 10 }).map((list) => list.flat().slice(0, 200))

const effort = { numRuns: 20 }

const thresholds: readonly ThresholdParameters[] = [
  0.9,
  { quantile: 0.9 },
  { spot: 0.01 },
  { dspot: { q: 0.01, depth: 5 } },
  { conformal: 0.1 },
  { budget: 100 },
]

describe.for(thresholds)('with the threshold %j', (threshold) => {
  const alerts = { refractory: 3, persistence: { of: 3, need: 1 } }
  const make = (): JudgeOptions => {
    const drift = { detector: new EveryFifty(), bytes: 8 }
    return optionsOf({ threshold, alerts, scale: { length: 60, delay: 5 }, drift })
  }

  it('goes on from a snapshot as if nothing had been, within its bytes', () => {
    fc.assert(
      fc.property(series, series, fc.nat({ max: 200 }), (first, second, pardoned) => {
        const whole = new Judge(make())
        run(whole, first)
        whole.pardon(pardoned * minute)
        const data = whole.snapshot()
        const kept = structuredClone(data)
        const restored = new Judge(make())
        restored.restore(kept)

        const expected = run(whole, second, first.length)
        expect(run(restored, second, first.length)).toStrictEqual(expected)
        expect(restored.snapshot()).toStrictEqual(whole.snapshot())
        expect(data).toStrictEqual(kept)
        expect(bytesOf(data)).toBeLessThanOrEqual(Judge.bytes(make()))
      }),
      effort,
    )
  })

  it('gives scores in [0, 1), likelihoods in [0, 1], no alert in the warm-up nor one too soon', () => {
    fc.assert(
      fc.property(series, (values) => {
        const verdicts = run(new Judge(make()), values)

        for (const { score, likelihood } of verdicts) {
          expect(Number.isNaN(score) || (score >= 0 && score < 1)).toBe(true)
          expect(Number.isNaN(likelihood) || (likelihood >= 0 && likelihood <= 1)).toBe(true)
        }
        const indexes = verdicts.flatMap(({ alert }, index) => (alert ? [index] : []))
        expect(verdicts.every(({ warmup }, index) => warmup === index < 50)).toBe(true)
        expect(Math.min(Infinity, ...indexes)).toBeGreaterThanOrEqual(50)
        const gaps = indexes.slice(1).map((index, i) => index - (indexes[i] as number))
        expect(Math.min(Infinity, ...gaps)).toBeGreaterThan(3)
      }),
      effort,
    )
  })

  it('changes nothing by a point that it does not learn', () => {
    fc.assert(
      fc.property(series, value, (values, asked) => {
        const judge = new Judge(make())
        run(judge, values)
        const before = structuredClone(judge.snapshot())

        const peeked = structuredClone(judge.judge(Float64Array.of(asked), 1e9, false))

        expect(judge.snapshot()).toStrictEqual(before)
        const learnt = judge.judge(Float64Array.of(asked), 1e9)
        expect(peeked).toStrictEqual({ ...structuredClone(learnt), drift: false })
      }),
      effort,
    )
  })
})

function calm(count: number, seed = 1): number[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => random() + random() + random())
}

it('finds what stands out, and says where its threshold lies', () => {
  const judge = new Judge(optionsOf({ threshold: { spot: 1e-3 } }))
  run(judge, calm(1000))

  const level = judge.level
  const [verdict] = run(judge, [30], 1000)

  expect(verdict).toMatchObject({ alert: true, warmup: false, drift: false })
  expect(verdict?.score).toBeGreaterThan(level)
  expect(level).toBeGreaterThan(0.98)
  expect(verdict?.evidence.expected).toStrictEqual([expect.closeTo(1.5, 0)])
})

it('says nothing of the first point of a detector that needs one to compare', () => {
  const judge = new Judge(
    optionsOf({ definition: rangeRule, parameters: { tolerance: 0 }, threshold: 0.5 }),
  )

  const [first, second] = run(judge, [1, 1])

  expect(first).toMatchObject({ score: Number.NaN, likelihood: Number.NaN, alert: false })
  expect(second).toMatchObject({ score: 0, likelihood: 0.5, raw: 0 })
})

it('forgets scores where they drift, and the detector too where it is told so', () => {
  const judgeOf = (forget: 'scale' | 'detector'): Judge => {
    const drift = { detector: new EveryFifty(), bytes: 8, forget }
    return new Judge(optionsOf({ scope: { dimensions: 1, warmup: 5, seed: 1 }, drift }))
  }
  const values = calm(120)

  const kept = run(judgeOf('scale'), values)
  const begun = run(judgeOf('detector'), values)

  const drifts = kept.flatMap(({ drift }, index) => (drift ? [index] : []))
  expect(drifts).toHaveLength(2)
  const next = (drifts[0] as number) + 1
  // Ten scores are taken for new, so that no rank is above 10/11.
  expect(kept[next]?.score).toBeLessThanOrEqual(10 / 11)
  expect(kept[next]).toMatchObject({ warmup: false, raw: expect.any(Number) })
  expect(kept[next]?.raw).not.toBeNaN()
  expect(begun[next]).toMatchObject({ warmup: true, raw: Number.NaN })
})

it('gives no alert again for what was pardoned, but for what is much stranger', () => {
  const options = optionsOf({ threshold: { spot: 1e-4 } })
  const after = (pardoned: boolean): boolean[] => {
    const judge = new Judge(options)
    run(judge, [...calm(1000), 10])
    const known = judge.pardon(pardoned ? 1000 * minute : -1)
    run(judge, calm(300, 2), 1001)
    const same = run(judge, [10], 1301)
    run(judge, calm(300, 3), 1302)
    const stranger = run(judge, [300], 1602)
    return [known, ...[...same, ...stranger].map(({ alert }) => alert)]
  }

  expect(after(false)).toStrictEqual([false, true, true])
  expect(after(true)).toStrictEqual([true, false, true])
})

it('knows of no alert where there was none', () => {
  const judge = new Judge(optionsOf())
  run(judge, calm(100))

  expect(judge.pardon(3)).toBe(false)
})
