import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../bytes-of.test-support.ts'
import { ewma } from '../detectors/ewma.ts'
import { Judge, type JudgeOptions } from '../judge/judge.ts'
import { ModelJudge } from './model-judge.ts'
import { ModelWindow } from './model-window.ts'

const options = (): JudgeOptions => ({
  definition: ewma,
  parameters: { halfLife: 20 },
  scope: { dimensions: 1, warmup: 5, seed: 1 },
  threshold: 0.99,
})
const plain = { window: 3, dimensions: 1, gives: 'score', scale: 'none', length: 50 } as const
const told = (raw: number, id = 'a') => ({ id, name: 'model', raw, expected: undefined })
const point = (value: number) => Float64Array.of(value)

const points = fc.array(
  fc.record({
    value: fc.integer({ min: -9, max: 9 }),
    raw: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
    id: fc.constantFrom('a', 'a', 'a', 'b'),
  }),
  { maxLength: 60 },
)

interface Step {
  readonly value: number
  readonly raw?: number | undefined
  readonly id: string
}

function play(judge: ModelJudge, steps: readonly Step[]) {
  return steps.map(({ id, raw, value }, index) => {
    judge.told = raw === undefined ? undefined : told(raw, id)
    const { evidence, ...verdict } = judge.judge(point(value), index)
    return { ...verdict, member: evidence.member }
  })
}

describe('a judge that hears a model', () => {
  it('judges by the model where it speaks, and by the detector where it does not', () => {
    fc.assert(
      fc.property(points, (list) => {
        const verdicts = play(new ModelJudge(options, plain), list)

        const spare = new Judge(options())
        const expected = list.map(({ raw, value }, index) => {
          const { score } = spare.judge(point(value), index)
          return raw === undefined ? { score, member: 'ewma' } : { raw, member: 'model' }
        })
        expect(verdicts).toMatchObject(expected)
      }),
      { numRuns: 100 },
    )
  })

  it('has one stream of alerts, whoever raises them', () => {
    const alerts = { refractory: 5 }
    const all = (): JudgeOptions => ({ ...options(), alerts, threshold: 0.6 })
    const steps = fc.array(
      fc.record({
        value: fc.constantFrom(0, 0, 0, 1, -1, 500, -500),
        raw: fc.option(fc.constantFrom(0, 0, 0, 1, 500), { nil: undefined }),
        id: fc.constant('a'),
      }),
      { minLength: 60, maxLength: 120 },
    )
    let several = 0
    fc.assert(
      fc.property(steps, (list) => {
        const judge = new ModelJudge(all, plain)
        const raised: { at: number; member: string | undefined }[] = []
        for (const [at, { alert, member }] of play(judge, list).entries()) {
          if (alert) raised.push({ at, member })
        }
        const pairs = raised.slice(1).map((one, index) => [raised[index], one] as const)
        const gaps = pairs.map(([before, { at }]) => at - Number(before?.at))
        expect(Math.min(6, ...gaps)).toBe(6)
        several += pairs.filter(([before, { member }]) => before?.member !== member).length
      }),
      { numRuns: 200 },
    )
    expect(several).toBeGreaterThan(0)
  })

  it('does not take for an alert what the one who was not heard would have raised', () => {
    const alerts = { refractory: 1000 }
    const judge = new ModelJudge(() => ({ ...options(), alerts, threshold: 0.9 }), plain)
    const calm = Array.from({ length: 40 }, (_, index) => ({ value: index % 3, raw: 1, id: 'a' }))

    // The model finds nothing in what the detector would have called an alert; then it is gone.
    const verdicts = play(judge, [
      ...calm,
      { value: 500, raw: 1, id: 'a' },
      { value: -9000, id: 'a' },
    ])

    expect(verdicts.map(({ alert }) => alert)).toEqual([...Array(41).fill(false), true])
  })

  it('counts alerts of both for the same budget', () => {
    const threshold = { budget: 1 }
    const judge = new ModelJudge(() => ({ ...options(), threshold }), plain)
    const calm = Array.from({ length: 200 }, (_, index) => ({
      value: index % 3,
      raw: 1 + (index % 3),
      id: 'a',
    }))

    const verdicts = play(judge, [
      ...calm,
      { value: 1, raw: 900, id: 'a' },
      { value: 9000, id: 'a' },
    ])

    expect(verdicts.filter(({ alert }) => alert)).toHaveLength(1)
  })

  it('goes on from a snapshot as if nothing had been, within the bytes that it says', () => {
    fc.assert(
      fc.property(points, points, (first, second) => {
        const whole = new ModelJudge(options, plain)
        play(whole, first)
        const data = structuredClone(whole.snapshot())
        const restored = new ModelJudge(options, plain)
        restored.restore(data)

        expect(bytesOf(data)).toBeLessThanOrEqual(ModelJudge.bytes(options(), plain))
        expect(play(restored, second)).toEqual(play(whole, second))
      }),
      { numRuns: 100 },
    )
  })

  it('forgets what it learnt of the scores of another model', () => {
    const judge = new ModelJudge(options, plain)
    for (let index = 0; index < 30; index++) {
      judge.told = told(1 + (index % 3))
      judge.judge(point(0), index)
    }

    judge.told = told(100, 'other')
    const verdict = judge.judge(point(0), 30)

    expect(verdict).toMatchObject({ warmup: true, alert: false })
  })
})

describe('the window of a key', () => {
  const shown = (window: ModelWindow, value: number) => {
    const of = window.of(point(value))
    return of && [...of]
  }

  it('holds the last points and the one that is judged', () => {
    const window = new ModelWindow(plain)
    window.learn(point(1))
    expect(shown(window, 9)).toBeUndefined()
    window.learn(point(2))
    window.learn(point(3))

    expect(shown(window, 9)).toEqual([2, 3, 9])
  })

  it('ends before the point that is judged where the model gives a forecast', () => {
    const window = new ModelWindow({ ...plain, gives: 'forecast' })
    for (const value of [1, 2, 3]) window.learn(point(value))
    const values = Float32Array.of(5)

    expect(shown(window, 9)).toEqual([1, 2, 3])
    expect(window.strangeness(point(9), Float32Array.of(1, 2, 3), values)).toBe(4)
    expect(window.expected(values)).toEqual([5])
  })

  it('shows numbers in deviations from their mean', () => {
    const window = new ModelWindow({ ...plain, scale: 'standard' })
    for (const value of [10, 20, 10, 20]) window.learn(point(value))

    expect(shown(window, 15)).toEqual([-1, 1, 0])
  })

  it('says how far a reconstruction is off, and nothing of one of another size', () => {
    const window = new ModelWindow({ ...plain, gives: 'reconstruction' })
    const own = Float32Array.of(1, 2, 3)

    expect(window.strangeness(point(3), own, Float32Array.of(1, 2, 6))).toBe(1)
    expect(window.strangeness(point(3), own, Float32Array.of(1, 2))).toBeUndefined()
    expect(window.strangeness(point(3), own, Float32Array.of(1, 2, Number.NaN))).toBeUndefined()
  })
})
