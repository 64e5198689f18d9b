import { detectorLaws } from '@millrace/testkit/laws'
import { expect, it } from 'vitest'
import { SeededRandom } from '../seeded-random.ts'
import { halfSpace } from './half-space.ts'

const small = { trees: 5, depth: 4, window: 20 }
detectorLaws(halfSpace, { parameters: small, dimensions: 1 })
detectorLaws(halfSpace, { parameters: small, dimensions: 3 })

type Point = readonly number[]
type Ends = readonly (readonly [number, number])[]

const bySize = (a: number, b: number): number => a - b

/** The score by the paper's definition: boxes drawn like the detector's, masses counted anew in each. */
function slowScore(seed: number, window: readonly Point[], point: Point): number {
  const { trees, depth } = small
  const size = point.length
  const random = new SeededRandom(seed)
  const halves = Array.from({ length: trees << depth }, () => Math.floor(random.next() * size))
  const extents = Array.from({ length: size }, (_, k) => {
    const sorted = window.map((one) => one[k] as number).toSorted(bySize)
    return [sorted[0]!, sorted.at(-1)!] as const
  })
  const isIn = (one: Point, ends: Ends): boolean => {
    return ends.every(([from, to], k) => {
      const [low, high] = extents[k] as readonly [number, number]
      const place = (one[k]! - low) / (high - low)
      return place >= from && place < to
    })
  }
  let sum = 0
  for (let tree = 0; tree < trees; tree++) {
    let ends: Ends = Array.from({ length: size }, () => {
      const center = random.next()
      const reach = 2 * Math.max(center, 1 - center)
      return [center - reach, center + reach] as const
    })
    let node = 1
    let level = 0
    let mass = window.filter((one) => isIn(one, ends)).length
    while (level < depth && mass > 0.1 * window.length) {
      const half = halves[(tree << depth) + node] as number
      const [from, to] = ends[half] as readonly [number, number]
      const low = ends.with(half, [from, (from + to) / 2])
      const high = ends.with(half, [(from + to) / 2, to])
      const isLow = isIn(point, low)
      node = 2 * node + (isLow ? 0 : 1)
      ends = isLow ? low : high
      mass = window.filter((one) => isIn(one, ends)).length
      level++
    }
    sum += mass * 2 ** level
  }
  const most = trees * window.length * 2 ** depth
  return Math.log2((most + trees) / (sum + trees))
}

it('scores by the masses of the last full window, as the paper defines them', () => {
  const random = new SeededRandom(3)
  const points = Array.from({ length: 75 }, (_, i) => {
    // The third window has another place and another size: boxes are placed anew for it.
    return i < 40
      ? [random.next(), 5 * random.next()]
      : [100 + 20 * random.next(), 5 * random.next()]
  })
  const detector = halfSpace.create(small, { dimensions: 2, warmup: 1, seed: 11 })

  const scores = points.map((point) => detector.update(Float64Array.from(point), 0))

  const first = points.slice(0, 20)
  const third = points.slice(40, 60)
  expect(scores.slice(0, 20)).toStrictEqual(Array.from({ length: 20 }, () => Number.NaN))
  expect(scores.slice(20, 40)).toStrictEqual(
    points.slice(20, 40).map((point) => expect.closeTo(slowScore(11, first, point), 9)),
  )
  expect(scores.slice(60)).toStrictEqual(
    points.slice(60).map((point) => expect.closeTo(slowScore(11, third, point), 9)),
  )
})

it('scores most what is far off, and tells the dimension', () => {
  const detector = halfSpace.create(
    { trees: 25, depth: 8, window: 250 },
    { dimensions: 3, warmup: 1, seed: 1 },
  )
  const random = new SeededRandom(2)
  const usual: number[] = []
  for (let i = 0; i < 1000; i++) {
    const x = random.nextNormal()
    const score = detector.update(Float64Array.of(x, 1e6 * random.nextNormal(), x), 0)
    if (i >= 250) usual.push(score)
  }

  const far = detector.score(Float64Array.of(-8, 8e6, 8), 0)
  const one = detector.score(Float64Array.of(0, 8e6, 0), 0)

  expect(far).toBeGreaterThan(Math.max(...usual))
  expect(one).toBeGreaterThan(usual.toSorted(bySize)[500] as number)
  expect(detector.evidence.contributions?.[1]).toBeGreaterThan(0.4)
})
