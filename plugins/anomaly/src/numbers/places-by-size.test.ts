import fc from 'fast-check'
import { expect, it } from 'vitest'
import { placesBySize } from './places-by-size.ts'

it('gives the places in order of size, equal ones as they stand', () => {
  const number = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom(-0, 1e-45, -1e-45, Infinity, -Infinity),
    fc.float({ noNaN: true }),
  )
  fc.assert(
    fc.property(fc.array(number, { maxLength: 200 }), (values) => {
      const numbers = Float32Array.from(values)

      const places = placesBySize(numbers)

      const at = (place: number): number => numbers[place] as number
      const sorted = values.map((_, place) => place).toSorted((a, b) => at(a) - at(b) || a - b)
      expect([...places]).toStrictEqual(sorted)
      expect([...numbers]).toStrictEqual(values.map(Math.fround))
    }),
  )
})

it('takes numbers that stand within others', () => {
  const numbers = Float32Array.of(9, 3, 1, 2, 0)

  expect([...placesBySize(numbers.subarray(1, 4))]).toStrictEqual([1, 2, 0])
})
