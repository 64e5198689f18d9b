import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rangeRule } from './range-rule.ts'

detectorLaws(rangeRule, { scaleFree: true })
detectorLaws(rangeRule, { parameters: { tolerance: 0 } })

it('scores how far a value lies outside, as a share of the range', () => {
  const detector = rangeRule.create(
    { tolerance: 0.05, from: 'expected' },
    { dimensions: 1, warmup: 1, seed: 1 },
  )

  const scores = [0, 10, 10.5, 5, 13.125].map((value) => detector.update(Float64Array.of(value), 0))

  expect(scores).toStrictEqual([Number.NaN, 1, 0, 0, expect.closeTo(0.2, 12)])
})

it('begins with the range that is expected, or with the first point though one is', () => {
  const scope = { dimensions: 1, warmup: 1, seed: 1, range: [0, 100] as const }
  const expected = rangeRule.create({ tolerance: 0, from: 'expected' }, scope)
  const seen = rangeRule.create({ tolerance: 0, from: 'seen' }, scope)

  const scores = [expected, seen].map((detector) =>
    [10, 20, 40, 150].map((value) => detector.update(Float64Array.of(value), 0)),
  )

  expect(scores).toStrictEqual([
    [0, 0, 0, 0.5],
    [Number.NaN, 1, 2, 110 / 30],
  ])
})

const of = (parameters: { from: 'expected' | 'seen' }, range?: readonly [number, number]) =>
  rangeRule.create(
    { tolerance: 0, ...parameters },
    { dimensions: 1, warmup: 1, seed: 1, ...(range && { range }) },
  )
const near = (value: number): unknown => expect.closeTo(value, 9)
const last = (values: readonly number[], detector = of({ from: 'seen' })) =>
  values.map((value) => detector.update(Float64Array.of(value), 0)).at(-1)

it('one value beyond all measure does not widen the range, wherever it comes', () => {
  const calm = [3, 7, 5, 4, 6]
  for (const wild of [1e308, -1e308, 1e7]) {
    for (let at = 0; at <= calm.length; at++) {
      const values = [...calm.slice(0, at), wild, ...calm.slice(at)]

      expect(last([...values, 9])).toBe(0.5)
      expect(last([...values, 5])).toBe(0)
    }
  }
  expect(last([1e308, 20], of({ from: 'expected' }, [0, 10]))).toBe(1)
})

it('what comes a second time belongs to the range, and so does what is a little beyond it', () => {
  expect(last([3, 7, 5, 1e7, 1e7, 9e6])).toBe(0)
  expect(last([3, 7, 5, 1500, 1000])).toBe(0)
  expect(last([5, 5, 5, 6, 6])).toBe(0)
  expect(last([0, 0, 0, 1e9, 1e9])).toBe(0)
})

it('is the plain range where no value is a thousand ranges away from all others', () => {
  const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 30 })
  fc.assert(
    fc.property(values, (list) => {
      const detector = of({ from: 'seen' })
      const scores = list.map((value) => detector.update(Float64Array.of(value), 0)).slice(1)

      const wanted = list.slice(1).map((value, index) => {
        const before = list.slice(0, index + 1)
        const [low, high] = [Math.min(...before), Math.max(...before)]
        const beyond = Math.max(value - high, low - value, 0)
        return near(beyond === 0 ? 0 : high === low ? 1 : beyond / (high - low))
      })
      expect(scores).toEqual(wanted)
    }),
  )
})
