import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CurrentKey } from './current-key.ts'
import { Journal } from './journal.ts'
import { HeapPanes } from './panes-state.ts'

interface Totals {
  count: number
  sum: number
}

type Accumulators = [Totals, { readonly values: number[] }]

const create = (): Accumulators => [{ count: 0, sum: -1 }, { values: [] }]
const keys = Array.from({ length: 60 }, (_, id) => ({ id }))

function open(): {
  current: CurrentKey
  journal: Journal
  panes: HeapPanes<Accumulators>
} {
  const current = new CurrentKey(keys)
  const journal = new Journal()
  return { current, journal, panes: new HeapPanes('panes', current, journal, create) }
}

function plain([{ count, sum }, { values }]: Accumulators): unknown {
  return { count, sum, values: [...values] }
}

type Model = Map<number, Map<number, ReturnType<typeof plain>>>

function contents(panes: HeapPanes<Accumulators>): Model {
  const model: Model = new Map()
  for (const start of panes.starts()) {
    const pane = new Map<number, unknown>()
    for (const [key, found] of panes.entries(start))
      pane.set((key as { id: number }).id, plain(found))
    model.set(start, pane)
  }
  return model
}

const steps = fc.array(
  fc.record({
    slot: fc.nat(59),
    start: fc.constantFrom(-10, 0, 10, 20, 30),
    action: fc.constantFrom('add', 'add', 'add', 'add', 'find', 'clear', 'release'),
    fails: fc.boolean(),
    value: fc.nat(9),
  }),
  { maxLength: 150 },
)

describe('panes', () => {
  it('hold what a map of maps would, through changes, clearing, release and undone records', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { current, journal, panes } = open()
        let model: Model = new Map()
        const seen: unknown[] = []
        const wanted: unknown[] = []
        for (const { slot, start, action, fails, value } of list) {
          const before = structuredClone(model)
          current.slot = slot
          const pane = model.get(start)
          if (action === 'add') {
            const isNew = pane?.has(slot) !== true
            const found = panes.get(start)
            seen.push(plain(found))
            wanted.push(pane?.get(slot) ?? { count: 0, sum: -1, values: [] })
            // What is changed in place is not undone, so a record that will fail changes only what it made.
            if (!fails || isNew) {
              found[0].count += 1
              found[0].sum += value
              found[1].values.push(value)
              if (pane === undefined) model.set(start, new Map())
              model.get(start)?.set(slot, plain(found))
            }
          } else if (action === 'find') {
            const found = panes.find(start)
            seen.push(found && plain(found))
            wanted.push(pane?.get(slot))
          } else if (action === 'clear') {
            panes.clear(start)
            pane?.delete(slot)
            if (pane?.size === 0) model.delete(start)
          } else {
            panes.release(start)
            model.delete(start)
          }
          if (fails) {
            journal.undo()
            model = before
          } else journal.forget()
        }
        expect(seen).toStrictEqual(wanted)
        const ordered = [...model]
          .toSorted(([a], [b]) => a - b)
          .map(([start, pane]) => [start, [...pane].toSorted(([a], [b]) => a - b)])
        expect([...contents(panes)].map(([start, pane]) => [start, [...pane]])).toStrictEqual(
          ordered,
        )
        expect(panes.size).toBe([...model.values()].reduce((sum, { size }) => sum + size, 0))
      }),
      { numRuns: 300 },
    )
  })

  it('hand out keys in the order of the stage, whatever the order in the pane, and state follows', () => {
    const { current, panes } = open()
    for (const slot of [7, 3, 5]) {
      current.slot = slot
      panes.get(0)[0].count = slot
      panes.get(10)[0].count = 10 * slot
    }
    current.slot = 1

    const seen: unknown[] = []
    for (const [key, [{ count }]] of panes.entries(0)) {
      seen.push([key, count, panes.find(10)?.[0].count])
    }

    expect(seen).toStrictEqual([
      [{ id: 3 }, 3, 30],
      [{ id: 5 }, 5, 50],
      [{ id: 7 }, 7, 70],
    ])
    expect(current.slot).toBe(1)
  })

  it('may be cleared while they are handed out', () => {
    const { current, panes } = open()
    for (const slot of [0, 1, 2]) {
      current.slot = slot
      panes.get(0)
    }

    for (const _ of panes.entries(0)) panes.clear(0)

    expect(panes.size).toBe(0)
    expect(panes.starts()).toStrictEqual([])
  })

  it('keep numbers alone, others alone, and many keys that come and go', () => {
    const current = new CurrentKey([])
    const journal = new Journal()
    const numbers = new HeapPanes('n', current, journal, () => ({ count: 0 }))
    const others = new HeapPanes('o', current, journal, () => new Set<number>())
    for (let slot = 0; slot < 5000; slot++) {
      current.slot = slot
      numbers.get(0).count = slot
      others.get(0).add(slot)
      if (slot % 10 === 0) continue
      numbers.clear(0)
      others.clear(0)
    }
    current.slot = 4990

    expect(numbers.size).toBe(500)
    expect(numbers.get(0).count).toBe(4990)
    expect([...others.get(0)]).toStrictEqual([4990])
  })

  it('are the same when they were written down and taken back', () => {
    const { current, panes } = open()
    for (const slot of [7, 3, 5]) {
      current.slot = slot
      panes.get(10 * (slot % 2))[0].count = slot
      panes.get(20)[1].values.push(slot)
    }
    const { panes: second } = open()

    const written = [...panes.save()]
    for (const entry of written) second.load(entry)
    current.slot = 3
    panes.get(20)[1].values.push(99)

    expect(written.at(0)).toStrictEqual({
      slot: 3,
      time: 10,
      data: [{ count: 3, sum: -1 }, { values: [] }],
    })
    expect([...second.save()]).toStrictEqual(written)
    expect(second.size).toBe(6)
  })
})
