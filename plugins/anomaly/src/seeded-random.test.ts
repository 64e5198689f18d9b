import { createRandom } from '@millrace/base'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SeededRandom } from './seeded-random.ts'

it('gives the numbers of createRandom', () => {
  fc.assert(
    fc.property(fc.double(), (seed) => {
      const random = new SeededRandom(seed)
      const reference = createRandom(seed)
      for (let i = 0; i < 50; i++) expect(random.next()).toBe(reference())
    }),
  )
})

it('goes on from a snapshot as if nothing had been', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(50), (seed, count) => {
      const whole = new SeededRandom(seed)
      for (let i = 0; i < count; i++) whole.next()
      const other = new SeededRandom(0)
      other.restore(whole.snapshot())
      const next = (random: SeededRandom): number[] => [1, 2, 3].map(() => random.next())

      expect(next(other)).toStrictEqual(next(whole))
      expect(other.snapshot()).toStrictEqual(whole.snapshot())
    }),
  )
})

it('draws normal numbers with mean 0 and variance 1', () => {
  const random = new SeededRandom(1)
  const drawn = Array.from({ length: 20_000 }, () => random.nextNormal())

  const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length
  const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length

  expect(mean).toBeCloseTo(0, 1)
  expect(variance).toBeCloseTo(1, 1)
})
