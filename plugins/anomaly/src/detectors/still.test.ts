import { createRandom } from '@millrace/base'
import { detectorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { gap } from '../numbers/gap.test-support.ts'
import { RareTail } from '../numbers/rare-tail.ts'
import { still } from './still.ts'

detectorLaws(still, { parameters: { span: 3, memory: 80 }, scaleFree: true })
detectorLaws(still, { points: 600 })

const scope = { dimensions: 1, warmup: 1, seed: 1 }
const create = (given: { span?: number; rarity?: number; memory?: number } = {}) =>
  still.create({ span: 32, rarity: 1e-6, memory: 1120, ...given }, scope)

/** From the definition, a stretch and all moves before it reckoned anew for each point */
function calms(span: number, values: readonly number[]): number[] {
  const moves = values.map((value, index) => Math.abs(value - (values[index - 1] ?? Number.NaN)))
  return values.map((_, index) => {
    const before = moves.slice(1, index)
    const usual = before.reduce((sum, one) => sum + one, 0) / before.length
    const last = moves.slice(Math.max(1, index - span + 1), index + 1)
    if (before.length < span || !(usual > 0)) return Number.NaN
    const mean = last.reduce((sum, one) => sum + one, 0) / span
    return Math.max(0, -Math.log(mean / usual + 1e-4))
  })
}

it('tells of what is far calmer than all before, measured from the mean of all moves', () => {
  const value = fc.integer({ min: -100, max: 100 })
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 200, maxLength: 260, size: 'max' }),
      fc.integer({ min: 0, max: 30 }),
      (list, stuck) => {
        const values = [...list, ...Array.from({ length: stuck }, () => list.at(-1)!)]
        const detector = create({ span: 10, memory: 80, rarity: 1e-3 })
        const tail = new RareTail(1e-3, 80, 0)
        const expected = calms(10, values).map((calm) => {
          const surprise = tail.surprise(calm)
          tail.add(calm)
          return surprise
        })

        const scores = values.map((one) => detector.update(Float64Array.of(one), 0))

        expect(gap(scores, expected)).toBeLessThan(1e-6)
      },
    ),
  )
})

const random = createRandom(11)
const normal = (): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

it.for<[string, (index: number) => number]>([
  ['normal noise', normal],
  ['exponential noise', () => -Math.log(1 - random())],
  ['counts', () => Math.floor(-2 * Math.log(1 - random()))],
  ['something now and then', () => (random() < 0.02 ? normal() : 0)],
  ['a level that seldom changes', (index) => (index % 500 < 3 ? normal() : 5)],
  ['days and still nights', (index) => Math.max(0, Math.sin(index / 46)) * (5 + normal())],
])('tells of next to nothing in 200,000 points of %s', ([, draw]) => {
  let told = 0
  for (let run = 0; run < 4; run++) {
    const detector = create()
    for (let index = 0; index < 50_000; index++) {
      if (detector.update(Float64Array.of(draw(index)), 0) > 0) told++
    }
  }

  // Stretches overlap, so that one that is calm by chance is told of several times.
  expect(told).toBeLessThan(30)
})

it.for<[string, () => number]>([
  ['stuck', () => 0.3],
  ['a twentieth as loud', () => 0.05 * normal()],
])('finds 17 of 20 sensors that are %s, before the stretch is full of it', ([, draw]) => {
  let found = 0
  for (let run = 0; run < 20; run++) {
    const detector = create()
    for (let index = 0; index < 1000; index++) detector.update(Float64Array.of(normal()), 0)
    const scores = Array.from({ length: 32 }, () => detector.update(Float64Array.of(draw()), 0))
    if (Math.max(...scores) >= 5) found++
    expect(Math.max(...scores.slice(0, 8))).toBe(0)
  }

  expect(found).toBeGreaterThanOrEqual(17)
})

it('knows nothing while nothing has moved', () => {
  const detector = create()
  for (let index = 0; index < 1000; index++) {
    expect(detector.update(Float64Array.of(7), 0)).toBeNaN()
  }
})
