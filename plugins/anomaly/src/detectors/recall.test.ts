import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { recall } from './recall.ts'

const scope = { dimensions: 1, warmup: 40, seed: 1 }

detectorLaws(recall)
detectorLaws(recall, { parameters: { span: 3, length: 3, history: 10 } })
detectorLaws(recall, { parameters: { span: 13, length: 4, history: 12 } })
detectorLaws(recall, { parameters: { span: [12, 3], length: 3, history: 10 } })

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** By the definition: means of full steps, all stretches, all distances. */
function slowly(values: readonly number[], pace: number, length: number, history: number): number {
  const steps: number[] = []
  for (let from = 0; from + pace <= values.length; from += pace) {
    steps.push(mean(values.slice(from, from + pace)))
  }
  const newest = steps.slice(-length)
  const distances: number[] = []
  for (let end = steps.length - length; end >= length; end--) {
    const past = steps.slice(end - length, end)
    distances.push(mean(past.map((value, index) => Math.abs(value - newest[index]!))))
  }
  return distances.length < 2 ? Number.NaN : Math.min(...distances.slice(0, history))
}

it('is the mean difference from the most similar stretch of the past', () => {
  const number = fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: -9000, max: 9000 }).map((thousandths) => thousandths / 1000),
  )
  const cases = fc.record({
    values: fc.array(number, { maxLength: 150 }),
    pace: fc.integer({ min: 1, max: 4 }),
    length: fc.integer({ min: 2, max: 5 }),
  })
  fc.assert(
    fc.property(cases, ({ values, pace, length }) => {
      const detector = recall.create({ span: pace * length, length, history: 10 }, scope)

      const scores = values.map((value) => detector.update(Float64Array.of(value), 0))

      for (const [index, score] of scores.entries()) {
        const expected = slowly(values.slice(0, index + 1), pace, length, 10)
        expect(Number.isNaN(score)).toBe(Number.isNaN(expected))
        expect(score || 0).toBeCloseTo(expected || 0, 9)
      }
    }),
  )
})

it('is the mean of the spans that are known', () => {
  const values = Array.from({ length: 60 }, (_, index) => Math.round(20 * Math.sin(index * index)))
  const of = (span: number | number[]): number[] => {
    const detector = recall.create({ span, length: 3, history: 10 }, scope)
    return values.map((value) => detector.update(Float64Array.of(value), 0))
  }

  const singles = [of(3), of(6)]
  const means = values.map((_, index) => {
    const known = singles.map((one) => one[index] as number).filter((one) => !Number.isNaN(one))
    return known.length === 0 ? Number.NaN : mean(known)
  })

  const both = of([6, 3, 3.1])

  // Known from its sixth step on by a pace of one, by both later.
  expect(both.findIndex((score) => !Number.isNaN(score))).toBe(6)
  expect(both.slice(6).map((score) => score.toFixed(9))).toStrictEqual(
    means.slice(6).map((score) => score.toFixed(9)),
  )
})

it('takes its span as a share of the warm-up', () => {
  const share = recall.create({ span: 0.3, length: 4, history: 10 }, scope)
  const points = recall.create({ span: 12, length: 4, history: 10 }, scope)

  expect([share.evidence.span, points.evidence.span]).toStrictEqual([12, 12])
})

it('shows the stretch it found, and the step that ended it', () => {
  const detector = recall.create({ span: 6, length: 3, history: 10 }, scope)
  for (const value of [0, 0, 1, 2, 5, 5, 9, 9, 7, 7, 1, 1, 0, 2]) {
    detector.update(Float64Array.of(value), 0)
  }
  detector.update(Float64Array.of(2), 0)
  detector.update(Float64Array.of(1), 0)

  const before = detector.update(Float64Array.of(5), 0)
  const score = detector.update(Float64Array.of(5), 0)

  expect(detector.evidence).toStrictEqual({ expected: [5], nearest: 12, span: 6 })
  expect([before, score]).toStrictEqual([5 / 3, 1 / 3])
})
