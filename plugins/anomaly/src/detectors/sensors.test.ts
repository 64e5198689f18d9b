import type { Detector } from '@millrace/sdk'
import { detectorLaws } from '@millrace/testkit/laws'
import { expect, it } from 'vitest'
import { RunningScales } from '../numbers/running-scales.ts'
import { SeededRandom } from '../seeded-random.ts'
import { sensors } from './sensors.ts'

detectorLaws(sensors, { dimensions: 1, scaleFree: true })
detectorLaws(sensors, { dimensions: 3, scaleFree: true })
detectorLaws(sensors, { parameters: { memory: 60, smoothing: 1 }, dimensions: 6 })

/** Solves a system of linear equations by elimination. */
function solve(
  matrix: readonly (readonly number[])[],
  right: readonly number[],
): readonly number[] {
  const rows = matrix.map((row, i) => [...row, right[i] as number])
  for (let k = 0; k < rows.length; k++) {
    for (let i = 0; i < rows.length; i++) {
      if (i === k) continue
      const factor = rows[i]![k]! / rows[k]![k]!
      rows[i] = rows[i]!.map((x, j) => x - factor * rows[k]![j]!)
    }
  }
  return rows.map((row, i) => row.at(-1)! / row[i]!)
}

/** Three fields that follow one load, each in its own unit. */
function* plant(seed: number): Generator<[number, number, number], never> {
  const random = new SeededRandom(seed)
  let load = 0
  for (;;) {
    load = 0.95 * load + 0.3 * random.nextNormal()
    const noise = (): number => 0.1 * random.nextNormal()
    yield [load + noise(), 1000 + 50 * (load + noise()), -0.01 * (load + noise())]
  }
}

const scope = { dimensions: 3, warmup: 1, seed: 1 }
const defaults = { memory: 4000, smoothing: 16 }

/** After 1500 usual points: the largest score of the 500 last of them, and a function that gives the next. */
function learnt(): { detector: Detector; usual: number; next: () => [number, number, number] } {
  const detector = sensors.create(defaults, scope)
  const points = plant(4)
  let usual = 0
  for (let i = 0; i < 1500; i++) {
    const score = detector.update(Float64Array.from(points.next().value), 0)
    if (i >= 1000) usual = Math.max(usual, score)
  }
  return { detector, usual, next: () => points.next().value }
}

it('expects of each field what its regression on the others and the point before says', () => {
  const detector = sensors.create({ memory: 4000, smoothing: 1 }, scope)
  const scales = new RunningScales(3, 4000)
  const points = plant(9)
  const vectors: number[][] = []
  const place = (point: readonly number[]): number[] =>
    point.map((x, k) => scales.standardized(x, k))
  let previous: readonly number[] = [0, 0, 0]
  for (let i = 0; i < 62; i++) {
    const point = points.next().value
    if (i > 0) vectors.push([...place(point), ...place(previous)])
    detector.update(Float64Array.from(point), 0)
    scales.learn(Float64Array.from(point))
    previous = point
  }
  const point = points.next().value
  const vector = [...place(point), ...place(previous)]

  detector.score(Float64Array.from(point), 0)

  // Covariances cut at 5 deviations, a ridge on the variances; the relations were last fitted behind the 62nd point.
  const ridge = 0.001 + (0.02 * 6) / (6 + vectors.length)
  const cut = vectors.map((one) => one.map((x) => Math.min(Math.max(x, -5), 5)))
  const covariance = [0, 1, 2, 3, 4, 5].map((i) => {
    return [0, 1, 2, 3, 4, 5].map((j) => {
      const mean = cut.reduce((sum, one) => sum + one[i]! * one[j]!, 0) / cut.length
      return mean + (i === j ? ridge : 0)
    })
  })
  for (let k = 0; k < 3; k++) {
    const rest = [0, 1, 2, 3, 4, 5].filter((i) => i !== k)
    const right = rest.map((i) => covariance[i]![k]!)
    const matrix = rest.map((i) => rest.map((j) => covariance[i]![j]!))
    const weights = solve(matrix, right)
    const expected = rest.reduce((sum, i, n) => sum + weights[n]! * vector[i]!, 0)
    const variance =
      covariance[k]![k]! - rest.reduce((sum, _, n) => sum + weights[n]! * right[n]!, 0)
    const value = scales.means[k]! + expected * scales.spreads[k]!
    const width = 3 * Math.sqrt(variance) * scales.spreads[k]!
    expect(detector.evidence.expected?.[k]).toBeCloseTo(value, 5)
    expect(detector.evidence.low?.[k]).toBeCloseTo(value - width, 4)
    expect(detector.evidence.high?.[k]).toBeCloseTo(value + width, 4)
  }
})

it('finds a field that leaves the others, though its values are usual, and names it', () => {
  const { detector, usual, next } = learnt()

  const [a, b] = next()
  const score = detector.score(Float64Array.of(a, b, -0.01 * (a > 0 ? a - 1.5 : a + 1.5)), 0)

  expect(score).toBeGreaterThan(usual)
  expect(detector.evidence.member).toBe('point')
  expect(detector.evidence.span).toBe(1)
  expect(detector.evidence.contributions?.[2]).toBeGreaterThan(0.5)
})

it('finds a sensor that is stuck', () => {
  const { detector, usual, next } = learnt()
  const [stuck] = next()

  let most = 0
  for (let i = 0; i < 60; i++) {
    const [, b, c] = next()
    most = Math.max(most, detector.update(Float64Array.of(stuck, b, c), 0))
  }

  expect(most).toBeGreaterThan(1.5 * usual)
  expect(detector.evidence.contributions?.[0]).toBeGreaterThan(0.5)
})

it('finds that all sensors are stuck, though they fit each other', () => {
  const { detector, usual, next } = learnt()
  const stuck = Float64Array.from(next())

  const scores = Array.from({ length: 120 }, () => detector.update(stuck, 0))

  expect(Math.max(...scores)).toBeGreaterThan(usual + 1)
  expect(detector.evidence.member).toBe('still')
  expect(detector.evidence.span).toBe(32)
})

it('finds a drift so slow that no point is off the one before', () => {
  const { detector, usual, next } = learnt()

  let most = 0
  for (let i = 0; i < 100; i++) {
    const [a, b, c] = next()
    most = Math.max(most, detector.update(Float64Array.of(a, b + 0.4 * i, c), 0))
  }

  expect(most).toBeGreaterThan(usual + 1)
  expect(detector.evidence.member).toBe('relation')
  expect(detector.evidence.contributions?.[1]).toBeGreaterThan(0.5)
  // By the others alone: b is 1000 and 50 times what they say.
  expect(detector.evidence.high?.[1]).toBeLessThan(1000 + 50 * 3)
})

it('hears quiet fields beside one that leaps every now and then', () => {
  const detector = sensors.create(defaults, scope)
  const points = plant(31)
  const random = new SeededRandom(8)
  const next = (i: number): Float64Array => {
    const [a, b] = points.next().value
    return Float64Array.of(a, b, i % 90 < 2 ? 1000 : random.nextNormal())
  }
  let usual = 0
  for (let i = 0; i < 3000; i++) {
    const score = detector.update(next(i), 0)
    if (i >= 1000) usual = Math.max(usual, score)
  }

  const point = next(3001)
  point[1] = (point[1] as number) > 1000 ? 950 : 1050
  const score = detector.score(point, 0)

  expect(score).toBeGreaterThan(usual + 1)
  expect(detector.evidence.contributions?.[1]).toBeGreaterThan(0.3)
})

it('finds a shift of all fields together, as a level', () => {
  const { detector, usual, next } = learnt()

  let most = 0
  for (let i = 0; i < 60; i++) {
    const [a, b, c] = next()
    const score = detector.update(Float64Array.of(a + 5, b + 250, c - 0.05), 0)
    most = Math.max(most, score)
  }

  expect(most).toBeGreaterThan(usual)
  expect(detector.evidence.member).toBe('level')
})

it('tells minus the logarithm of how rare a point is', () => {
  const detector = sensors.create(defaults, scope)
  const points = plant(21)
  const over = [0, 0, 0]
  for (let i = 0; i < 20_000; i++) {
    const score = detector.update(Float64Array.from(points.next().value), 0)
    for (const at of [0, 1, 2]) over[at]! += score > at + 1 ? 1 : 0
  }

  const [tenth = 0, hundredth = 0, thousandth = 0] = over
  expect(tenth).toBeGreaterThan(1200)
  expect(tenth).toBeLessThan(3000)
  expect(hundredth).toBeGreaterThan(60)
  expect(hundredth).toBeLessThan(450)
  expect(thousandth).toBeLessThan(60)
})

it('stays below 64 KB for a key, up to 38 fields', () => {
  expect(sensors.bytes(defaults, scope)).toBe(2180)
  expect(sensors.bytes(defaults, { ...scope, dimensions: 38 })).toBeLessThan(65_536)
})
