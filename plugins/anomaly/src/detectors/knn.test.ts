import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { knn } from './knn.ts'

const scope = { dimensions: 1, warmup: 1, seed: 1 }
const small = { length: 4, neighbours: 2, history: 50, delay: 3 }

detectorLaws(knn)
for (const normalize of ['none', 'level', 'shape'] as const) {
  detectorLaws(knn, { parameters: { ...small, normalize }, scaleFree: normalize === 'shape' })
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function normalized(values: readonly number[], normalize: string): number[] {
  if (normalize === 'none') return [...values]
  const level = values.map((value) => value - mean(values))
  const spread = Math.sqrt(mean(level.map((value) => value * value)))
  if (normalize === 'level') return level
  return level.map((value) => (spread === 0 ? 0 : value / spread))
}

/** By the definition: all stretches, all distances, sorted. */
function slowly(values: readonly number[], normalize: string): number {
  const { length, neighbours, history, delay } = small
  const newest = normalized(values.slice(-length), normalize)
  const distances: number[] = []
  for (let age = delay; age < delay + history; age++) {
    const end = values.length - age
    if (end < length) continue
    const past = normalized(values.slice(end - length, end), normalize)
    distances.push(Math.sqrt(mean(past.map((value, at) => (value - newest[at]!) ** 2))))
  }
  if (distances.length < neighbours) return Number.NaN
  return mean(distances.toSorted((a, b) => a - b).slice(0, neighbours))
}

it('is the mean distance to the nearest stretches that are old enough', () => {
  const number = fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: -9000, max: 9000 }).map((thousandths) => thousandths / 1000),
  )
  const cases = fc.array(number, { maxLength: 120 })
  fc.assert(
    fc.property(cases, fc.constantFrom('none', 'level', 'shape'), (values, normalize) => {
      const detector = knn.create({ ...small, normalize }, scope)

      const scores = values.map((value) => detector.update(Float64Array.of(value), 0))

      for (const [index, score] of scores.entries()) {
        const expected = slowly(values.slice(0, index + 1), normalize)
        expect(Number.isNaN(score)).toBe(Number.isNaN(expected))
        expect(score || 0).toBeCloseTo(expected || 0, 4)
      }
    }),
  )
})

it('shows the stretch it found, and what would have been like it', () => {
  const detector = knn.create({ ...small, normalize: 'shape' }, scope)
  for (const value of [5, 1, 2, 3, 4, 9, 9, 0, 0]) detector.update(Float64Array.of(value), 0)
  for (const value of [10, 20, 30]) detector.update(Float64Array.of(value), 0)

  const score = detector.score(Float64Array.of(40), 0)

  expect(score).toBeGreaterThan(0)
  expect(detector.evidence).toStrictEqual({
    expected: [expect.closeTo(40, 9)],
    nearest: 8,
    span: 4,
  })
})

it('forgets how large an outlier was as soon as it has left', () => {
  const detector = knn.create({ ...small, normalize: 'shape' }, scope)
  const values = Array.from({ length: 120 }, (_, index) =>
    index === 60 ? 1e14 : (index * index) % 17,
  )

  const scores = values.map((value) => detector.update(Float64Array.of(value), 0))

  for (let index = 64; index < 120; index++) {
    expect(scores[index]).toBeCloseTo(slowly(values.slice(0, index + 1), 'shape'), 4)
  }
})
