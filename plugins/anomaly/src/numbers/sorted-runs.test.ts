import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SortedRuns } from './sorted-runs.ts'

const number = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(-0, 1e-40, Infinity, -Infinity) },
  { weight: 2, arbitrary: fc.double({ noNaN: true }) },
)
/** Singles, and stretches of one number that are longer than a run may be. */
const stretch = fc
  .tuple(number, fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 600 })))
  .map(([value, times]) => Array.from({ length: times }, () => value))
const numbers = fc.array(stretch, { maxLength: 40 }).map((list) => list.flat().slice(0, 500))
const lengths = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 41, max: 700 }),
  // Places of more than 16 bits.
  fc.constantFrom(4096, 4097),
)

const bySize = (a: number, b: number): number => a - b || 0

function windowOf(length: number, values: readonly number[]): SortedRuns {
  const window = new SortedRuns(length)
  for (const value of values) window.add(value)
  return window
}

it('holds what a sorted copy of the last numbers holds', () => {
  fc.assert(
    fc.property(numbers, lengths, number, (values, length, asked) => {
      const window = new SortedRuns(length)
      const all = values.map(Math.fround)
      for (const [index, value] of values.entries()) {
        window.add(value)

        // Every tenth, and the last ones: an oracle of all is slow.
        if (index % 10 > 0 && index < values.length - 5) continue
        const last = all.slice(Math.max(0, index + 1 - length), index + 1)
        const sorted = last.toSorted(bySize).map((one) => one + 0)
        const largest = new Float64Array(last.length)
        window.copyLargest(last.length, largest)
        expect(window.size).toBe(last.length)
        expect(Array.from(largest, (one) => one + 0)).toStrictEqual(sorted)
        expect(window.smallest + 0).toBe(sorted[0])
        for (const other of [value, asked, all[index - 7] ?? 0]) {
          expect(window.countBelow(other)).toBe(last.filter((one) => one < other).length)
        }
      }
      expect([...window.toArray()]).toStrictEqual(all.slice(-length))
    }),
    { numRuns: 200 },
  )
})

it('copies as many of the largest as are asked for', () => {
  fc.assert(
    fc.property(numbers, lengths, fc.nat(), (values, length, some) => {
      const window = windowOf(length, values)
      const count = some % (window.size + 1)
      const into = new Float64Array(count + 2).fill(7)

      window.copyLargest(count, into)

      const sorted = [...window.toArray()].toSorted(bySize).map((one) => one + 0)
      expect(Array.from(into, (one) => one + 0)).toStrictEqual([
        ...sorted.slice(sorted.length - count),
        7,
        7,
      ])
    }),
  )
})

it('goes on from its runs as if nothing had been', () => {
  fc.assert(
    fc.property(numbers, numbers, lengths, (first, second, length) => {
      const whole = windowOf(length, first)
      const runs = whole.toRuns()
      const filled = new SortedRuns(length)
      filled.restore(runs)

      expect(filled.toArray()).toStrictEqual(whole.toArray())
      for (const value of second) {
        expect(filled.countBelow(value)).toBe(whole.countBelow(value))
        whole.add(value)
        filled.add(value)
      }
      expect(filled.toArray()).toStrictEqual(whole.toArray())
      expect(filled.toRuns()).toStrictEqual(whole.toRuns())
    }),
  )
})

it('gives runs that stand for its numbers, in at most four bytes for each', () => {
  fc.assert(
    fc.property(numbers, lengths, (values, length) => {
      const window = windowOf(length, values)

      const runs = window.toRuns()

      const { numbers: ones, repeats } = runs
      const meant = [...ones].flatMap((one, index) =>
        Array.from({ length: 1 + (repeats[index] ?? 0) }, () => one),
      )
      expect(meant).toStrictEqual([...window.toArray()])
      expect(ones.byteLength + repeats.byteLength).toBeLessThanOrEqual(4 * window.size)
    }),
  )
})

it('gives the same runs of the same numbers, whatever was before', () => {
  const [once, later] = [new SortedRuns(100), new SortedRuns(100)]
  for (let index = 0; index < 7; index++) later.add(5)

  for (let index = 0; index < 100; index++) {
    once.add(5)
    later.add(5)
  }

  expect(later.toRuns()).toStrictEqual({
    numbers: Float32Array.of(5),
    repeats: Uint8Array.of(99),
  })
  expect(once.toRuns()).toStrictEqual(later.toRuns())
})

it('takes runs that it would have cut otherwise', () => {
  const window = new SortedRuns(40)

  window.restore({ numbers: Float32Array.of(1, 1, 2), repeats: Uint8Array.of(20, 3, 0) })
  window.add(2)

  expect([window.size, window.countBelow(2), window.countBelow(3)]).toStrictEqual([27, 25, 27])
})
