import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CurrentKey } from './current-key.ts'
import { HeapState } from './heap-state.ts'
import { Journal } from './journal.ts'
import type { SavedState } from './saved-state.ts'

const KEYS = 4

interface Action {
  readonly handle: 'value' | 'map' | 'list' | 'object' | 'numbers' | 'ordered' | 'panes'
  readonly does: 'write' | 'delete' | 'clear'
  readonly name: string
  readonly n: number
}

interface Row {
  readonly slot: number
  readonly actions: readonly Action[]
  readonly fails: boolean
}

const actions = fc.record<Action>({
  handle: fc.constantFrom('value', 'map', 'map', 'list', 'object', 'numbers', 'ordered', 'panes'),
  does: fc.constantFrom('write', 'write', 'delete', 'clear'),
  name: fc.constantFrom('p', 'q', 'r'),
  n: fc.nat({ max: 3 }),
})
const rows = fc.record<Row>({
  slot: fc.nat({ max: KEYS - 1 }),
  actions: fc.array(actions, { maxLength: 6 }),
  fails: fc.boolean(),
})

/** Entries of a snapshot; the order in which it lists the keys is not seen by anybody. */
function byKey(snapshot: SavedState): unknown[] {
  return Object.values(snapshot).map(({ entries }) =>
    structuredClone(entries.toSorted((a, b) => Number(a.key?.[0]) - Number(b.key?.[0]))),
  )
}

/** Everything that can be seen of the state after each of the rows. */
function run(script: readonly Row[]): unknown[] {
  const journal = new Journal()
  const keys = Array.from({ length: KEYS }, (_, id) => ({ id }))
  const current = new CurrentKey(keys)
  const noTime = { event: () => 0, clock: () => 0, arm: () => {} }
  const state = new HeapState(current, journal, noTime, {
    values: (slot) => [slot],
    arePutBack: () => false,
    slotOf: () => 0,
  })
  const scope = state.scope()
  const value = scope.value('value', { initial: () => -1 })
  const map = scope.map<string, number>('map')
  const list = scope.list<number>('list')
  const object = scope.object('object', { create: () => ({ n: -1 }) })
  const numbers = scope.numbers('numbers', { create: () => ({ n: -1 }) })
  const ordered = scope.ordered<number>('ordered')
  const panes = scope.panes('panes', { create: () => ({ n: -1 }) })
  const changed = { value, map, list, object, numbers, ordered }

  const act = ({ does, handle, n, name }: Action, fails: boolean) => {
    if (handle === 'panes') {
      if (does === 'clear') panes.clear(n)
      else if (does === 'delete') panes.release(n)
      else if (!fails) panes.get(n).n = n
      else panes.get(n)
      return
    }
    if (does === 'clear') return changed[handle].clear()
    if (handle === 'value') value.set(n)
    else if (handle === 'map') {
      if (does === 'write') map.set(name, n)
      else map.delete(name)
    } else if (handle === 'list') list.add(n)
    else if (handle === 'ordered') {
      if (does === 'write') ordered.add(n, n)
      else ordered.replace(n, n, n + 10)
    } else {
      // What is changed in place is not undone.
      const row = changed[handle].get()
      if (!fails) row.n = n
    }
  }
  const seen = () => [
    [...map.entries()],
    [...list.values()],
    [...ordered.range(0, 20)],
    ...[value, object, numbers].map((each) =>
      [...each.entries()].map(([key, one]) => [key, structuredClone(one)]),
    ),
    panes
      .starts()
      .map((start) => [
        start,
        [...panes.entries(start)].map(([key, one]) => [key, structuredClone(one)]),
      ]),
    state.entries(),
    byKey(state.snapshot()),
  ]
  return script.map((row) => {
    current.slot = row.slot
    for (const action of row.actions) act(action, row.fails)
    if (row.fails) journal.undo()
    else journal.forget()
    return seen()
  })
}

it('leaves no trace in what later records see, not even in the order of it', () => {
  fc.assert(
    fc.property(fc.array(rows, { maxLength: 20 }), (script) => {
      const undisturbed = script.map((row) => (row.fails ? { ...row, actions: [] } : row))

      expect(run(script)).toEqual(run(undisturbed))
    }),
    { numRuns: 300 },
  )
})
