import { createRandom } from '@millrace/base'
import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { gap } from '../numbers/gap.test-support.ts'
import { spike } from './spike.ts'

detectorLaws(spike, { parameters: { memory: 80 }, scaleFree: true })
detectorLaws(spike, { points: 600 })

const scope = { dimensions: 1, warmup: 1, seed: 1 }
const create = (given: { readonly rarity?: number; readonly memory?: number } = {}) =>
  spike.create({ rarity: 1e-5, memory: 3200, ...given }, scope)

const sorted = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b)

/** From the definition: all sorted anew for each point. */
function slowly(memory: number, rarity: number, values: readonly number[]): number[] {
  const kept = memory / 8
  const distances: number[] = []
  return values.map((value, index) => {
    const median = sorted(values.slice(Math.max(0, index - 5), index))[2]
    if (index < 5 || median === undefined) return Number.NaN
    const distance = Math.abs(value - median)
    const full = Math.floor(distances.length / 8)
    const blocks = Array.from({ length: full }, (_, at) =>
      Math.max(...distances.slice(8 * at, 8 * at + 8)),
    )
    distances.push(distance)
    if (blocks.length < Math.min(40, kept)) return Number.NaN
    const inOrder = sorted(blocks.slice(-kept))
    const [a, b, c] = [0.004, 0.032, 0.256].map((share) => {
      return inOrder[Math.floor(inOrder.length * (1 - share) ** 8)]!
    }) as [number, number, number]
    if (a === 0) return distance > 0 ? 16 : 0
    const shape = a === b ? 0 : Math.min(Math.max(Math.log((a - b) / (b - c)) / Math.log(8), 0), 1)
    const middle = shape === 0 ? 1 / Math.log(8) : shape / (8 ** shape - 1)
    const scale = a === b ? a : Math.max((a - b) * (middle + shape), a / 20)
    const excess = Math.max(0, distance - a) / scale
    const folds = shape === 0 ? excess : Math.log(1 + shape * excess) / shape
    const surprise = folds / Math.LN10 - Math.log10(0.004)
    return surprise > -Math.log10(rarity) ? surprise : 0
  })
}

it('agrees with what is reckoned anew for each point', () => {
  const calm = fc.oneof(
    fc.integer({ min: -4, max: 4 }),
    fc.integer({ min: -999, max: 999 }).map((one) => one / 512),
  )
  const value = fc.oneof(
    { weight: 30, arbitrary: calm },
    { weight: 1, arbitrary: fc.integer({ min: -500, max: 500 }) },
  )
  const values = fc.array(value, { minLength: 90, maxLength: 250, size: 'max' })
  fc.assert(
    fc.property(values, (list) => {
      const detector = create({ memory: 80, rarity: 1e-3 })
      const expected = slowly(80, 1e-3, list)

      const scores = list.map((one) => detector.update(Float64Array.of(one), 0))

      expect(gap(scores, expected)).toBeLessThan(1e-6)
    }),
  )
})

const random = createRandom(11)
const normal = (): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

it.for<[string, () => number]>([
  ['normal', normal],
  ['uniform', random],
  ['exponential', () => -Math.log(1 - random())],
  ['log-normal', () => Math.exp(normal())],
  ['Cauchy', () => Math.tan(Math.PI * (random() - 0.5))],
  ['counts', () => Math.floor(-2 * Math.log(1 - random()))],
])('tells of next to none of 200,000 points that are independent and %s', ([, draw]) => {
  let told = 0
  for (let run = 0; run < 4; run++) {
    const detector = create()
    for (let index = 0; index < 50_000; index++) {
      if (detector.update(Float64Array.of(draw()), 0) > 0) told++
    }
  }

  // Two are what is to be expected.
  expect(told).toBeLessThan(15)
})

it('tells of the twentieth spike as of the first, up to one in 250 points', () => {
  const toldOf = (every: number): number => {
    const detector = create()
    let told = 0
    for (let index = 0; index < 20 * every; index++) {
      const isSpike = index % every === every - 1
      const score = detector.update(Float64Array.of(normal() + (isSpike ? 10 : 0)), 0)
      if (score > 0) told++
      expect(score === 0 || Number.isNaN(score) || isSpike).toBe(true)
    }
    return told
  }

  expect(toldOf(1000)).toBe(20)
  expect(toldOf(400)).toBeGreaterThanOrEqual(18)
  expect(toldOf(50)).toBeLessThan(3)
})

it('says within which band it tells of nothing', () => {
  const detector = create()
  for (let index = 0; index < 1000; index++) detector.update(Float64Array.of(5 + normal()), 0)

  detector.score(Float64Array.of(5), 0)
  const { expected, high } = structuredClone(detector.evidence)
  const limit = (high as number[])[0]!
  const around = [0.99, 1.01].map((share) => {
    return detector.score(Float64Array.of(expected![0]! + share * (limit - expected![0]!)), 0)
  })

  expect(limit - expected![0]!).toBeGreaterThan(4)
  expect(limit - expected![0]!).toBeLessThan(9)
  expect(around[0]).toBe(0)
  expect(around[1]).toBeGreaterThanOrEqual(5)
})

it('where nothing ever moved, any move is a surprise', () => {
  const detector = create()
  for (let index = 0; index < 400; index++) detector.update(Float64Array.of(7), 0)

  expect(detector.score(Float64Array.of(7), 0)).toBe(0)
  expect(detector.score(Float64Array.of(7.001), 0)).toBe(16)
})
