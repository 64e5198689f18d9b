import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { profile } from './profile.ts'

const scope = { dimensions: 1, warmup: 1, seed: 1 }
const small = { length: 5, history: 50, floor: 0.2 }

detectorLaws(profile)
detectorLaws(profile, { parameters: small, scaleFree: true })
detectorLaws(profile, { parameters: { ...small, floor: 0 }, scaleFree: true })

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function spread(values: readonly number[]): number {
  const level = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - level) ** 2)))
}

function shape(values: readonly number[], floor: number): number[] {
  const level = mean(values)
  const size = Math.max(spread(values), floor)
  return values.map((value) => (size === 0 ? 0 : (value - level) / size))
}

/** By the definition: all stretches, all distances, the least of them. */
function slowly(values: readonly number[]): number {
  const { length, history } = small
  const spreads = values.slice(0, -1).flatMap((_, index) => {
    if (index < length - 1) return []
    const one = spread(values.slice(index - length + 1, index + 1))
    return one > 1e-9 ? [Math.log(one)] : []
  })
  const floor = spreads.length === 0 ? 0 : small.floor * Math.exp(mean(spreads))
  const newest = shape(values.slice(-length), floor)
  let least = Infinity
  for (let end = values.length - length; end >= length; end--) {
    if (end <= values.length - length - history) break
    const past = shape(values.slice(end - length, end), floor)
    const distance = mean(past.map((value, at) => (value - newest[at]!) ** 2))
    least = Math.min(least, Math.sqrt(distance / 2))
  }
  return least
}

it('is the distance of the shape to the nearest one that shares no point with it', () => {
  const thousandths = fc.integer({ min: -9000, max: 9000 }).map((value) => value / 1000)
  const cases = fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), thousandths), { maxLength: 90 })
  fc.assert(
    fc.property(cases, fc.constantFrom(0, 1e6), (values, offset) => {
      const detector = profile.create(small, scope)
      for (const [index, value] of values.entries()) {
        const score = detector.update(Float64Array.of(value + offset), 0)

        const expected =
          index + 1 < 2 * small.length ? Number.NaN : slowly(values.slice(0, index + 1))
        expect(Number.isNaN(score)).toBe(Number.isNaN(expected))
        expect(score || 0).toBeCloseTo(expected || 0, 4)
      }
    }),
  )
})

it('finds its length in the first points', () => {
  const detector = profile.create({ length: 'auto', history: 1000, floor: 0.2 }, scope)
  const wave = (index: number): Float64Array => Float64Array.of(Math.sin((index * Math.PI) / 20))

  const first = Array.from({ length: 400 }, (_, index) => detector.update(wave(index), 0))
  const score = detector.update(wave(400), 0)

  expect(first.every(Number.isNaN)).toBe(true)
  expect(score).toBeLessThan(1e-4)
  expect(detector.evidence).toStrictEqual({
    expected: [expect.closeTo(0, 9)],
    nearest: expect.any(Number) as number,
    span: 40,
  })
})

it('tells a stretch that runs backwards, at any level and size, and knows it when it comes again', () => {
  const detector = profile.create({ length: 20, history: 500, floor: 0.2 }, scope)
  const tooth = (index: number): number => (index % 20 < 15 ? index % 20 : 3 * (20 - (index % 20)))
  const at = (index: number): number =>
    index >= 300 && index < 320 ? tooth(619 - index) : tooth(index)

  const scores = Array.from({ length: 400 }, (_, index) => {
    return detector.update(Float64Array.of(1e9 + (1 + index / 100) * at(index)), 0)
  })

  expect(Math.max(...scores.slice(40, 300))).toBeLessThan(0.1)
  expect(Math.max(...scores.slice(300, 320))).toBeGreaterThan(0.6)
  expect(Math.max(...scores.slice(350))).toBeLessThan(0.1)
})
