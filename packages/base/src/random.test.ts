import { expect, it } from 'vitest'

import { createRandom } from './random.ts'

it('gives the same numbers for the same seed', () => {
  const first = createRandom(7)
  const second = createRandom(7)

  expect(Array.from({ length: 100 }, first)).toEqual(Array.from({ length: 100 }, second))
})

it('gives other numbers for a neighboring seed', () => {
  expect(createRandom(7)()).not.toBe(createRandom(8)())
})

it('stays in [0, 1) and spreads evenly over it', () => {
  const random = createRandom(1)
  const buckets = Array.from({ length: 10 }, () => 0)

  for (let count = 0; count < 10_000; count++) {
    const value = random()
    expect(value >= 0 && value < 1).toBe(true)
    buckets[Math.floor(value * 10)] = (buckets[Math.floor(value * 10)] ?? 0) + 1
  }

  expect(Math.min(...buckets)).toBeGreaterThan(850)
  expect(Math.max(...buckets)).toBeLessThan(1150)
})
