import { detectorLaws } from '@millrace/testkit/laws'
import { expect, it } from 'vitest'
import { SeededRandom } from '../seeded-random.ts'
import { rrcf } from './rrcf.ts'

const small = { trees: 5, points: 30 }
detectorLaws(rrcf, { parameters: small, dimensions: 1, scaleFree: true })
detectorLaws(rrcf, { parameters: small, dimensions: 3 })
detectorLaws(rrcf, { parameters: { ...small, shingle: 4 }, dimensions: 2 })

const scope = { dimensions: 3, warmup: 1, seed: 1 }

it('finds the point that is off, and the dimension where it is', () => {
  const detector = rrcf.create({ trees: 40, points: 128, shingle: 1 }, scope)
  const random = new SeededRandom(5)
  const usual: number[] = []
  for (let i = 0; i < 500; i++) {
    const point = Float64Array.of(
      random.nextNormal(),
      1e6 * random.nextNormal(),
      random.nextNormal(),
    )
    const score = detector.update(point, 0)
    if (i > 128) usual.push(score)
  }

  const score = detector.score(Float64Array.of(0, 0, 8), 0)

  expect(score).toBeGreaterThan(Math.max(...usual))
  expect(detector.evidence.contributions?.[2]).toBeGreaterThan(0.8)
})

it('finds a shape that is off, by shingles of one field', () => {
  const detector = rrcf.create({ trees: 40, points: 256, shingle: 8 }, { ...scope, dimensions: 1 })
  const random = new SeededRandom(5)
  const wave = (i: number): Float64Array => {
    return Float64Array.of(Math.sin((i * Math.PI) / 10) + 0.05 * random.nextNormal())
  }
  const usual: number[] = []
  for (let i = 0; i < 500; i++) {
    const score = detector.update(wave(i), 0)
    if (i > 264) usual.push(score)
  }

  // A value as usual as any, in a place where it never was.
  const score = detector.score(Float64Array.of(-1), 0)

  expect(score).toBeGreaterThan(Math.max(...usual))
})

it('knows only the newest points', () => {
  const detector = rrcf.create({ trees: 20, points: 16, shingle: 1 }, { ...scope, dimensions: 1 })
  for (let i = 0; i < 50; i++) detector.update(Float64Array.of(i % 3), 0)
  for (let i = 0; i < 16; i++) detector.update(Float64Array.of(100 + (i % 3)), 0)

  expect(detector.score(Float64Array.of(101), 0)).toBeLessThan(3)
  expect(detector.score(Float64Array.of(1), 0)).toBe(16)
})
