import { createRandom } from '@millrace/base'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bytesOf } from '../bytes-of.test-support.ts'
import { BlockMaxima } from './block-maxima.ts'

const number = fc.oneof(fc.double({ min: -10, max: 15, noNaN: true }), fc.constantFrom(-9, 0, 3))
const numbers = fc
  .tuple(fc.array(fc.tuple(number, number), { maxLength: 40 }), fc.integer({ min: 1, max: 30 }))
  .map(([pairs, times]) => Array.from({ length: times }, () => pairs).flat())

function learnt(pairs: readonly (readonly [number, number])[], memory = 1000): BlockMaxima {
  const maxima = new BlockMaxima(2, memory)
  for (const pair of pairs) maxima.learn(Float64Array.from(pair))
  return maxima
}

it('tells as much as there is of exponential numbers', () => {
  const random = createRandom(5)
  const maxima = new BlockMaxima(1, 4000)
  const over = [0, 0, 0, 0]
  for (let i = 0; i < 104_000; i++) {
    const one = -Math.log(1 - random())
    const surprise = maxima.surprise(one, 0)
    if (i >= 4000) for (const at of [0, 1, 2, 3]) over[at]! += surprise >= at + 1.5 ? 1 : 0
    maxima.learn(Float64Array.of(one))
  }

  // As many as it says are 3162, 316, 32 and 3.
  expect(over[0]).toBeGreaterThan(2400)
  expect(over[0]).toBeLessThan(4000)
  expect(over[1]).toBeGreaterThan(220)
  expect(over[1]).toBeLessThan(450)
  expect(over[2]).toBeGreaterThan(10)
  expect(over[2]).toBeLessThan(60)
  expect(over[3]).toBeLessThan(15)
})

it('knows what comes once in five hundred numbers, and hears what never came', () => {
  const random = createRandom(6)
  const maxima = new BlockMaxima(1, 4000)
  for (let i = 0; i < 4000; i++) maxima.learn(Float64Array.of(i % 500 === 0 ? 12 : random()))

  expect(maxima.surprise(0.5, 0)).toBeLessThan(1)
  expect(maxima.surprise(12, 0)).toBeGreaterThan(2)
  expect(maxima.surprise(12, 0)).toBeLessThan(3.2)
  expect(maxima.surprise(100, 0)).toBeGreaterThan(6)
})

it('is not surprised by what is always the same, only by what is not', () => {
  const maxima = learnt(Array.from({ length: 500 }, () => [Math.log(1e-4), -3] as const))

  expect(maxima.surprise(Math.log(1e-4), 0)).toBeLessThan(0.5)
  expect(maxima.surprise(-2, 0)).toBeGreaterThan(5)
  expect(maxima.surprise(-3, 1)).toBeLessThan(0.5)
})

it('forgets what was long ago', () => {
  const maxima = learnt(Array.from({ length: 5000 }, (_, i) => [i < 400 ? 50 : i % 7, 0] as const))

  expect(maxima.surprise(40, 0)).toBeGreaterThan(4)
})

it('rises with the number, finite and at least 0, and knows nothing before three blocks', () => {
  fc.assert(
    fc.property(numbers, number, number, (pairs, a, b) => {
      const maxima = learnt(pairs, 200)
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((x) => maxima.surprise(x, 1))
      const isKnown = pairs.length >= 24

      expect(Number.isFinite(low)).toBe(isKnown)
      expect(Number.isFinite(high)).toBe(isKnown)
      if (!isKnown) return
      expect(low).toBeGreaterThanOrEqual(0)
      expect(high).toBeGreaterThanOrEqual(low as number)
    }),
  )
})

it('goes on from a snapshot as if nothing had been, within its bytes', () => {
  fc.assert(
    fc.property(numbers, numbers, number, (first, second, asked) => {
      const whole = learnt(first, 200)
      const data = whole.snapshot()
      const restored = new BlockMaxima(2, 200)
      restored.restore(structuredClone(data))
      for (const pair of second) {
        for (const one of [whole, restored]) one.learn(Float64Array.from(pair))
      }

      expect(restored.surprise(asked, 0)).toBe(whole.surprise(asked, 0))
      expect(restored.snapshot()).toStrictEqual(whole.snapshot())
      expect(bytesOf(data)).toBeLessThanOrEqual(BlockMaxima.bytes(2))
    }),
  )
})
