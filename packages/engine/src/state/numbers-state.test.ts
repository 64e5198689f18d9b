import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CurrentKey } from './current-key.ts'
import { Journal } from './journal.ts'
import { HeapNumbers } from './numbers-state.ts'

interface Totals {
  count: number
  sum: number
}

const create = (): Totals => ({ count: 0, sum: -Infinity })

describe('numbers per key', () => {
  it('are what a map of objects would hold, through changes, clearing and undone records', () => {
    const steps = fc.array(
      fc.record({
        slot: fc.nat(40),
        action: fc.constantFrom('add', 'add', 'add', 'clear', 'fail'),
        value: fc.double({ noNaN: true }),
      }),
      { maxLength: 100 },
    )
    fc.assert(
      fc.property(steps, (list) => {
        const keys = Array.from({ length: 41 }, (_, id) => ({ id }))
        const current = new CurrentKey(keys)
        const journal = new Journal()
        const numbers = new HeapNumbers<Totals>('totals', current, journal, create)
        let oracle = new Map<number, Totals>()
        const found: Totals[] = []
        const wanted: Totals[] = []
        for (const { slot, action, value } of list) {
          const before = structuredClone(oracle)
          current.slot = slot
          if (action === 'clear' || (action === 'fail' && value > 0)) {
            numbers.clear()
            oracle.delete(slot)
          } else {
            const totals = numbers.get()
            const expected = oracle.get(slot) ?? create()
            found.push({ ...totals })
            wanted.push(expected)
            // What is changed in place is not undone.
            if (action === 'add') {
              totals.count += 1
              totals.sum = value
              oracle.set(slot, { count: expected.count + 1, sum: value })
            }
          }
          if (action === 'fail') {
            journal.undo()
            oracle = before
          } else journal.forget()
        }
        const slots = [...numbers.entries()].map(([key]) => (key as { id: number }).id)
        expect(found).toStrictEqual(wanted)
        expect(slots.toSorted((a, b) => a - b)).toStrictEqual(
          [...oracle.keys()].toSorted((a, b) => a - b),
        )
        for (const [key, totals] of numbers.entries()) {
          expect({ ...totals }).toStrictEqual(oracle.get((key as { id: number }).id))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('are handed out in the order in which they were made, and state follows the key in hand', () => {
    const current = new CurrentKey([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
    const numbers = new HeapNumbers<Totals>('totals', current, new Journal(), create)
    for (const slot of [2, 0, 1]) {
      current.slot = slot
      numbers.get().count = slot * 10
    }
    current.slot = 2
    numbers.clear()
    numbers.get()

    const seen = [...numbers.entries()].map(([key]) => key)
    const counts: number[] = []
    for (const [, totals] of numbers.entries()) counts.push(totals.count + numbers.get().count)

    expect(seen).toStrictEqual([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
    expect(counts).toStrictEqual([0, 20, 0])
    expect(current.slot).toBe(2)
  })
})
