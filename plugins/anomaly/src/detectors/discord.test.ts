import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LargestTail } from '../numbers/largest-tail.ts'
import { SeededRandom } from '../seeded-random.ts'
import { discord } from './discord.ts'

const scope = { dimensions: 1, warmup: 40, seed: 1 }

detectorLaws(discord)
detectorLaws(discord, { parameters: { span: 3, length: 3, history: 10 } })
detectorLaws(discord, { parameters: { span: [4, 9, 13], length: 4, history: 12 } })

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** By the definition: all stretches, of each the distance from the one that is nearest of those within reach. */
function slowly(values: readonly number[], pace: number, length: number, history: number): number {
  const steps: number[] = []
  for (let from = 0; from + pace <= values.length; from += pace) {
    steps.push(mean(values.slice(from, from + pace)))
  }
  const stretches = steps.slice(length - 1).map((_, index) => steps.slice(index, index + length))
  const newest = stretches.length - 1
  const nearest = stretches.map((stretch, index) => {
    const reach = index === newest ? history : Math.ceil(0.6 * history)
    const distances = stretches.flatMap((other, at) => {
      const away = Math.abs(at - index)
      // The first stretch that could be compared with one only is not.
      if (away < length || away > length + reach - 1 || Math.max(at, index) <= length) return []
      return mean(stretch.map((value, step) => Math.abs(value - other[step]!)))
    })
    return distances.length === 0 ? Infinity : Math.fround(Math.min(...distances))
  })
  const own = nearest.pop() ?? Infinity
  if (own === Infinity) return Number.NaN
  const known = nearest
    .slice(-(history + length - 1))
    .filter((distance) => distance < Infinity)
    .toSorted((a, b) => a - b)
  const { length: size } = known
  const above = known.filter((distance) => distance >= own).length
  if (above > 0 || size < 20) return Math.log10((size + 1) / (above + 1))
  const tail = new LargestTail()
  tail.fit(Float64Array.from(known.slice(-LargestTail.countOf(size) - 1)), size, known[0]!)
  return tail.surprise(own)
}

it('is how rare the distance is among those of all stretches, brought up to date, in the mean of all spans', () => {
  const cases = fc.record({
    // Whole numbers and steps of two: sums are exact, so that equal distances are equal.
    values: fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -99, max: 99 })), {
      maxLength: 150,
    }),
    pace: fc.constantFrom(1, 2),
    length: fc.constantFrom(2, 4),
    history: fc.integer({ min: 10, max: 40 }),
  })
  fc.assert(
    fc.property(cases, ({ values, pace, length, history }) => {
      const span = [pace * length, 2 * pace * length]
      const detector = discord.create({ span, length, history }, scope)

      const scores = values.map((value) => detector.update(Float64Array.of(value), 0))

      for (const [index, score] of scores.entries()) {
        const seen = values.slice(0, index + 1)
        const all = [pace, 2 * pace].map((one) => slowly(seen, one, length, history))
        const known = all.filter((surprise) => !Number.isNaN(surprise))
        expect(Number.isNaN(score)).toBe(known.length === 0)
        expect(score || 0).toBeCloseTo(known.length === 0 ? 0 : mean(known), 9)
      }
    }),
  )
})

it('scores above 1 a tenth of independent points, and above 2 a hundredth', () => {
  const random = new SeededRandom(3)
  const detector = discord.create({ span: 8, length: 8, history: 400 }, scope)
  const scores = Array.from({ length: 20_000 }, () => {
    return detector.update(Float64Array.of(random.nextNormal()), 0)
  }).slice(1000)

  const above = (surprise: number): number =>
    scores.filter((score) => score >= surprise).length / scores.length

  expect(above(1)).toBeGreaterThan(0.08)
  expect(above(1)).toBeLessThan(0.13)
  expect(above(2)).toBeGreaterThan(0.006)
  expect(above(2)).toBeLessThan(0.02)
})

it('what was new at first and came again later is no measure of strangeness', () => {
  const wave = Array.from({ length: 12 }, (_, index) => 9 * Math.sin(index))
  const values = Array.from({ length: 400 }, (_, index) => index % 3)
  const options = { span: 4, length: 4, history: 1000 }
  const once = discord.create(options, scope)
  const twice = discord.create(options, scope)
  for (const value of values) for (const one of [once, twice]) one.update(Float64Array.of(value), 0)
  for (const value of wave) for (const one of [once, twice]) one.update(Float64Array.of(value), 0)
  for (const value of values) for (const one of [once, twice]) one.update(Float64Array.of(value), 0)
  for (const value of wave) twice.update(Float64Array.of(value), 0)
  for (const value of values.slice(0, 12)) {
    for (const one of [once, twice]) one.update(Float64Array.of(value), 0)
  }

  const [first, second] = [once, twice].map((one) => one.score(Float64Array.of(4.5), 0))

  expect(second!).toBeGreaterThan(first!)
})

it('shows the stretch it found by the shortest span, and the step that ended it', () => {
  const detector = discord.create({ span: [12, 6], length: 3, history: 10 }, scope)
  for (const value of [0, 0, 1, 2, 5, 5, 9, 9, 7, 7, 1, 1, 0, 2, 2, 1, 5]) {
    detector.update(Float64Array.of(value), 0)
  }

  detector.update(Float64Array.of(5), 0)

  expect(detector.evidence).toStrictEqual({ expected: [5], nearest: 12, span: 6 })
})
