import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { solve } from '../numbers/solve.test-support.ts'
import { SeededRandom } from '../seeded-random.ts'
import { pca } from './pca.ts'

detectorLaws(pca, { dimensions: 1, scaleFree: true })
detectorLaws(pca, { dimensions: 3, scaleFree: true })
detectorLaws(pca, { parameters: { statistic: 'q', explained: 0.5, memory: 50 }, dimensions: 4 })

const scope = { dimensions: 2, warmup: 1, seed: 1 }

/** Two fields in units of their own that move together: their sum has the variance 1.96, their difference 0.04. */
function learnt(statistic: 'both' | 't2' | 'q', explained = 0.9) {
  const detector = pca.create({ statistic, explained, memory: 10_000 }, scope)
  const random = new SeededRandom(3)
  const deviations = [Math.sqrt(1.96), Math.sqrt(0.04)] as const
  for (let i = 0; i < 10_000; i++) {
    const u = deviations[0] * random.nextNormal()
    const v = deviations[1] * random.nextNormal()
    // Each has the variance 1, in units of 1 and 1000.
    detector.update(Float64Array.of((u + v) / Math.SQRT2, 1000 * (5 + (u - v) / Math.SQRT2)), 0)
  }
  return detector
}

const at = (u: number, v: number): Float64Array =>
  Float64Array.of((u + v) / Math.SQRT2, 1000 * (5 + (u - v) / Math.SQRT2))

it('has the T² of Hotelling along, and the Q of the distance off, each divided by its mean', () => {
  // One direction is kept: T² = u² / 1.96, Q = v² / 0.04. Estimates of 10,000 points are good to some percent.
  expect(learnt('t2').score(at(2.8, 0), 0)).toBeCloseTo(4, 0)
  expect(learnt('t2').score(at(0, 1), 0)).toBeLessThan(0.05)
  expect(learnt('q').score(at(0, 0.4), 0) / 4).toBeCloseTo(1, 0)
  expect(learnt('q').score(at(2.8, 0), 0)).toBeLessThan(0.1)
  expect(learnt('both').score(at(2.8, 0.4), 0) / 8).toBeCloseTo(1, 0)
  // Both are kept: half of the distance of Mahalanobis.
  expect(learnt('t2', 1).score(at(2.8, 0.4), 0) / 4).toBeCloseTo(1, 0)
})

type Row = readonly number[]

const dot = (one: Row, other: Row): number =>
  one.reduce((sum, value, k) => sum + value * (other[k] as number), 0)

const mean = (list: Row): number => list.reduce((sum, value) => sum + value, 0) / list.length

/** In deviations of the points before it. */
function standardized(point: Row, before: readonly Row[]): number[] {
  return point.map((value, k) => {
    const column = before.map((row) => row[k] as number)
    const center = mean(column)
    const variance = mean(column.map((one) => (one - center) ** 2))
    return variance === 0 ? 1e6 * Math.sign(value - center) : (value - center) / Math.sqrt(variance)
  })
}

/** Covariances of what is standardised and cut off at 5, taken anew from all points. */
function covariances(points: readonly Row[]): number[][] {
  const cut = points
    .slice(1)
    .map((point, i) => standardized(point, points.slice(0, i + 1)))
    .map((row) => row.map((z) => Math.min(5, Math.max(-5, z))))
  return [0, 1, 2].map((k) =>
    [0, 1, 2].map((l) => mean(cut.map((row) => row[k]! * row[l]!)) + (k === l ? 0.001 : 0)),
  )
}

/** The direction that the matrix stretches most, by applying it again and again. */
function mainDirection(matrix: readonly Row[]): Row {
  let direction: Row = [1, 1, 1]
  for (let i = 0; i < 500; i++) {
    const next = matrix.map((row) => dot(row, direction))
    const size = Math.sqrt(dot(next, next))
    direction = next.map((value) => value / size)
  }
  return direction
}

it('agrees with covariances taken anew, solved for T² and with one direction for Q', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 20, max: 60 }), (seed, count) => {
      const random = new SeededRandom(seed)
      const points = Array.from({ length: count + 1 }, () => {
        const load = 4 * random.next()
        return [1, -2, 30].map((factor) => factor * (load + random.next()))
      })
      // Beyond 4 deviations a point is learnt cut off.
      const isUsual = (point: Row, i: number): boolean =>
        standardized(point, points.slice(0, i)).every((z) => Math.abs(z) < 4)
      fc.pre(points.every((point, i) => i < 10 || isUsual(point, i)))
      const make = (statistic: 't2' | 'q', explained: number) =>
        pca.create({ statistic, explained, memory: 1000 }, { ...scope, dimensions: 3 })
      const [all, one] = [make('t2', 1), make('q', 0.01)]
      for (const point of points.slice(0, -1)) {
        all.update(Float64Array.from(point), 0)
        one.update(Float64Array.from(point), 0)
      }

      const last = Float64Array.from(points.at(-1)!)
      const [t2, q] = [all.score(last, 0), one.score(last, 0)]

      // Directions are looked for after 20 points, then after each 16.
      const matrix = covariances(points.slice(0, 20 + 16 * Math.floor((count - 20) / 16)))
      const z = standardized(points.at(-1)!, points.slice(0, -1))
      const direction = mainDirection(matrix)
      const most = dot(
        direction,
        matrix.map((row) => dot(row, direction)),
      )
      const rest = matrix.reduce((sum, row, k) => sum + (row[k] as number), 0) - most
      expect(t2).toBeCloseTo(dot(z, solve(matrix, z)) / 3, 6)
      expect(q).toBeCloseTo((dot(z, z) - dot(direction, z) ** 2) / rest, 6)
    }),
  )
})

it('expects what lies nearest on the directions kept', () => {
  const detector = learnt('both')

  detector.score(Float64Array.of(2, 5000), 0)

  expect(detector.evidence.expected?.[0]).toBeCloseTo(1, 1)
  expect((detector.evidence.expected?.[1] as number) / 1000).toBeCloseTo(6, 1)
})

it('expects nothing where all directions are kept', () => {
  const detector = learnt('t2', 1)

  const score = detector.score(Float64Array.of(2, 5000), 0)

  expect(score).toBeGreaterThan(0)
  expect(detector.evidence.expected).toBeUndefined()
})

it('blames the field that leaves the others', () => {
  const detector = pca.create(
    { statistic: 'both', explained: 0.9, memory: 2000 },
    { ...scope, dimensions: 4 },
  )
  const random = new SeededRandom(8)
  const next = (): number[] => {
    const load = random.nextNormal()
    return [1, -1, 2, 5].map((factor) => factor * (load + 0.1 * random.nextNormal()))
  }
  let usual = 0
  for (let i = 0; i < 1000; i++) {
    const score = detector.update(Float64Array.from(next()), 0)
    if (i > 100) usual = Math.max(usual, score)
  }
  const [a = 0, b = 0, c = 0, d = 0] = next()
  const point = [a, b, c + 4, d]

  const score = detector.score(Float64Array.from(point), 0)

  expect(score).toBeGreaterThan(usual)
  expect(detector.evidence.contributions?.[2]).toBeGreaterThan(0.5)
})

it('is not ruined by an outlier', () => {
  const calm = learnt('both')
  const hit = learnt('both')

  hit.update(Float64Array.of(1e308, -1e308), 0)

  const point = at(1, 0.5)
  expect(hit.score(point, 0) / calm.score(point, 0)).toBeCloseTo(1, 1)
})
