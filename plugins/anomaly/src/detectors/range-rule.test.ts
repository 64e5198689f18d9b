import { detectorLaws } from '@millrace/testkit/laws'
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
