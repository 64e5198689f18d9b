import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RecentNumbers } from './recent-numbers.ts'

it('keeps the newest numbers in their order, in one piece', () => {
  const numbers = fc.array(fc.double({ noNaN: true }), { maxLength: 40 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), numbers, (capacity, values) => {
      const recent = new RecentNumbers(capacity)

      for (const [index, value] of values.entries()) {
        recent.push(value)

        const expected = values.slice(0, index + 1).slice(-capacity)
        expect([...recent.data.subarray(recent.start, recent.end)]).toStrictEqual(expected)
        expect([...recent.toArray()]).toStrictEqual(expected)
        expect(recent.length).toBe(expected.length)
      }
    }),
  )
})

it('starts again when it was cleared', () => {
  const recent = new RecentNumbers(3)
  for (const value of [1, 2, 3, 4]) recent.push(value)

  recent.clear()
  recent.push(5)

  expect([...recent.toArray()]).toStrictEqual([5])
})
