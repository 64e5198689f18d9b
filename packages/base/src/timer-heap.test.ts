import fc from 'fast-check'
import { expect, it } from 'vitest'

import { type TimerEntry, TimerHeap } from './timer-heap.ts'

it('gives values by due time, equal times in the order they were added', () => {
  const heap = new TimerHeap<string>()
  heap.add(30, 'late')
  heap.add(10, 'first')
  heap.add(10, 'second')

  const values = [heap.pop()?.value, heap.pop()?.value, heap.pop()?.value, heap.pop()?.value]

  expect(values).toEqual(['first', 'second', 'late', undefined])
})

it('behaves like a sorted array under any sequence of adds, pops and removals', () => {
  const operation = fc.record({
    kind: fc.constantFrom('add', 'add', 'pop', 'remove'),
    number: fc.nat({ max: 50 }),
  })
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 150 }), (operations) => {
      const heap = new TimerHeap<number>()
      let oracle: TimerEntry<number>[] = []
      const known: TimerEntry<number>[] = []

      for (const [step, { kind, number }] of operations.entries()) {
        let got: unknown
        let expected: unknown
        if (kind === 'add') {
          const entry = heap.add(number, step)
          known.push(entry)
          oracle = [...oracle, entry].toSorted((a, b) => a.dueMs - b.dueMs)
        } else if (kind === 'pop') {
          got = heap.pop()
          expected = oracle.shift()
        } else {
          const entry = known[number % known.length] ?? { dueMs: 0, value: 0 }
          got = known.length > 0 && heap.remove(entry)
          expected = oracle.includes(entry)
          oracle = oracle.filter((other) => other !== entry)
        }

        expect(got).toBe(expected)
        expect(heap.size).toBe(oracle.length)
        expect(heap.peek()).toBe(oracle[0])
        expect(heap.inOrder()).toStrictEqual(oracle)
      }
    }),
  )
})
