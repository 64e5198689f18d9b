import { detectorLaws } from '@millrace/testkit/laws'
import { expect, it } from 'vitest'
import { RunningScales } from '../numbers/running-scales.ts'
import { SeededRandom } from '../seeded-random.ts'
import { loda } from './loda.ts'

const small = { projections: 12, bins: 5, window: 20 }
detectorLaws(loda, { parameters: small, dimensions: 1 })
detectorLaws(loda, { parameters: small, dimensions: 3 })
detectorLaws(loda, { parameters: small, dimensions: 7 })

const indices = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]

/** The projections of the detector with this seed, as rows of weights, mostly 0. */
function projectionsOf(seed: number): readonly (readonly number[])[] {
  const random = new SeededRandom(seed)
  const order = [0, 1, 2]
  return indices.map(() => {
    const weights = [0, 0, 0]
    for (const first of [0, 1]) {
      const other = first + Math.floor(random.next() * (3 - first))
      const chosen = order[other] as number
      order[other] = order[first] as number
      order[first] = chosen
      weights[chosen] = random.nextNormal()
    }
    return weights
  })
}

const meanOf = (list: readonly number[]): number =>
  list.reduce((sum, x) => sum + x, 0) / list.length

const errorOf = (list: readonly number[]): number => {
  return meanOf(list.map((x) => (x - meanOf(list)) ** 2)) / (list.length - 1)
}

it('is the mean surprise of histograms along random directions, and compares those with and without a dimension', () => {
  const detector = loda.create(small, { dimensions: 3, warmup: 1, seed: 4 })
  const scales = new RunningScales(3, 80)
  const random = new SeededRandom(6)
  const points = Array.from({ length: 40 }, () => [
    random.next(),
    50 * random.next(),
    random.nextNormal(),
  ])
  for (const point of points) {
    detector.update(Float64Array.from(point), 0)
    scales.learn(Float64Array.from(point))
  }
  const asked = [0.5, 90, 4]

  const score = detector.score(Float64Array.from(asked), 0)

  const place = (point: readonly number[]): readonly number[] => {
    return point.map((x, k) => (x - scales.means[k]!) / scales.spreads[k]!)
  }
  const window = points.slice(20).map(place)
  const projections = projectionsOf(4)
  const surprises = projections.map((weights) => {
    const along = (at: readonly number[]): number =>
      at.reduce((sum, x, k) => sum + x * weights[k]!, 0)
    const values = window.map(along)
    const low = Math.min(...values)
    const width = (Math.max(...values) - low) / 5
    const binOf = (value: number): number => Math.floor((value - low) / width)
    const bin = binOf(along(place(asked)))
    const isLast = (value: number): boolean => binOf(value) === 5
    const count = values.filter(
      (value) => binOf(value) === bin || (bin === 4 && isLast(value)),
    ).length
    const isInside = bin >= 0 && bin <= 4
    const beyond = bin < 0 ? -bin : bin - 4
    return isInside ? -Math.log((1 + count) / 25) : -Math.log(1 / 25 / (1 + beyond))
  })
  const tests = [0, 1, 2].map((k) => {
    const own = surprises.filter((_, i) => projections[i]![k] !== 0)
    const others = surprises.filter((_, i) => projections[i]![k] === 0)
    return Math.max(meanOf(own) - meanOf(others), 0) / Math.sqrt(errorOf(own) + errorOf(others))
  })
  const total = tests.reduce((sum, x) => sum + x, 0)
  expect(score).toBeCloseTo(meanOf(surprises), 9)
  const shares = tests.map((test) => expect.closeTo(test / total, 6))
  expect([...(detector.evidence.contributions ?? [])]).toStrictEqual(shares)
})

it('finds what is off in one of many dimensions, and names it', () => {
  const detector = loda.create(
    { projections: 100, bins: 16, window: 256 },
    { dimensions: 16, warmup: 1, seed: 2 },
  )
  const random = new SeededRandom(7)
  const next = (): Float64Array => Float64Array.from({ length: 16 }, () => random.nextNormal())
  const usual: number[] = []
  for (let i = 0; i < 1000; i++) {
    const score = detector.update(next(), 0)
    if (i >= 256) usual.push(score)
  }
  const point = next()
  point[11] = 12

  const score = detector.score(point, 0)

  expect(score).toBeGreaterThan(Math.max(...usual))
  const contributions = [...(detector.evidence.contributions ?? [])]
  expect(contributions.indexOf(Math.max(...contributions))).toBe(11)
})

it('sees as well as before after an outlier', () => {
  const detector = loda.create(small, { dimensions: 1, warmup: 1, seed: 1 })
  const random = new SeededRandom(7)
  for (let i = 0; i < 100; i++) detector.update(Float64Array.of(random.next()), 0)
  detector.update(Float64Array.of(-1e308), 0)
  for (let i = 0; i < 9; i++) detector.update(Float64Array.of(random.next()), 0)

  const usual = detector.score(Float64Array.of(0.5), 0)
  const strange = detector.score(Float64Array.of(3), 0)

  expect(strange).toBeGreaterThan(usual + 1)
})
