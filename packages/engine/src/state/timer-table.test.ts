import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TimerTable } from './timer-table.ts'

interface Kept {
  readonly slot: number
  readonly name: number
  readonly at: number
  readonly order: number
}

const times = fc.oneof(
  fc.integer({ min: 0, max: 6 }),
  fc.constantFrom(-0, Number.POSITIVE_INFINITY, 1_700_000_000_000.5),
)
const step = fc.record({
  kind: fc.constantFrom('add', 'add', 'add', 'delete', 'take'),
  slot: fc.nat({ max: 4 }),
  name: fc.nat({ max: 1 }),
  at: times,
})

it('is a sorted list in which each slot, name and time stands once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const table = new TimerTable()
      let kept: Kept[] = []
      let order = 0
      const answers: unknown[] = []
      const right: unknown[] = []
      for (const { kind, slot, name, at } of steps) {
        const same = (one: Kept): boolean => one.slot === slot && one.name === name && one.at === at
        if (kind === 'add') {
          const isNew = !kept.some(same)
          if (isNew) kept.push({ slot, name, at: at + 0, order })
          order++
          answers.push(table.add(slot, name, at))
          right.push(isNew)
        } else if (kind === 'delete') {
          answers.push(table.delete(slot, name, at))
          right.push(kept.find(same)?.order ?? -1)
          kept = kept.filter((one) => !same(one))
        } else if (kept.length > 0) {
          table.take()
          answers.push({ ...table.taken })
          right.push(sorted(kept)[0])
          kept = sorted(kept).slice(1)
        }
        expect(table.size).toBe(kept.length)
        expect(table.first).toBe(sorted(kept)[0]?.at ?? Number.POSITIVE_INFINITY)
      }
      expect(answers).toEqual(right)
      expect(Array.from(table.entries(), (entry) => ({ ...entry }))).toEqual(sorted(kept))
    }),
    { numRuns: 300 },
  )
})

it('puts an entry back to where it was among equal times', () => {
  const table = new TimerTable()
  table.add(1, 0, 100)
  table.add(2, 0, 100)
  const order = table.delete(1, 0, 100)

  table.add(1, 0, 100, order)

  expect(Array.from(table.entries(), ({ slot }) => slot)).toEqual([1, 2])
})

it('keeps a hundred thousand times in order', () => {
  const table = new TimerTable()
  for (let index = 0; index < 100_000; index++) table.add(index, 0, (index * 7919) % 100_003)

  const taken: number[] = []
  while (table.size > 0) {
    table.take()
    taken.push(table.taken.at)
  }

  expect(taken.length).toBe(100_000)
  expect(taken).toEqual(taken.toSorted((a, b) => a - b))
})

function sorted(kept: readonly Kept[]): Kept[] {
  return kept.toSorted((a, b) => (a.at === b.at ? a.order - b.order : a.at < b.at ? -1 : 1))
}
