import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SortedWindow } from './sorted-window.ts'

const numbers = fc.array(
  fc.oneof(
    fc.integer({ min: -4, max: 4 }),
    fc.constantFrom(-0, Infinity, -Infinity),
    fc.double({ noNaN: true }),
  ),
  { maxLength: 120 },
)

const bySize = (a: number, b: number): number => a - b || 0

it('holds what a sorted copy of the last numbers holds', () => {
  const lengths = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(70_000))
  fc.assert(
    fc.property(numbers, lengths, (values, length) => {
      const window = new SortedWindow(length)
      for (const [index, value] of values.entries()) {
        window.add(value)

        const last = values.slice(Math.max(0, index + 1 - length), index + 1)
        const sorted = last.toSorted(bySize).map((number) => number + 0)
        const held = Array.from({ length: window.size }, (_, rank) => window.at(rank) + 0)
        expect(held).toStrictEqual(sorted)
        expect(Array.from(window.toSorted(), (number) => number + 0)).toStrictEqual(sorted)
        expect([...window.toArray()]).toStrictEqual(last)
        expect(window.countBelow(value)).toBe(last.filter((one) => one < value).length)
      }
    }),
  )
})

it('goes on from its array as if nothing had been', () => {
  fc.assert(
    fc.property(numbers, numbers, fc.integer({ min: 1, max: 40 }), (first, second, length) => {
      const whole = new SortedWindow(length)
      for (const value of first) whole.add(value)
      const filled = new SortedWindow(length)
      filled.fill(whole.toArray())

      for (const value of second) {
        whole.add(value)
        filled.add(value)
        expect(filled.toArray()).toStrictEqual(whole.toArray())
        expect(filled.countBelow(value)).toBe(whole.countBelow(value))
      }
    }),
  )
})
