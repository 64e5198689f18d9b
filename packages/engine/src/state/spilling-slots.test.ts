import type { StateScope } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CurrentKey } from './current-key.ts'
import { HeapState } from './heap-state.ts'
import { Journal } from './journal.ts'
import { KeyOrder } from './key-order.ts'
import { memorySpill } from './memory-spill.test-support.ts'
import type { SavedState } from './saved-state.ts'
import { SpillingSlots } from './spilling-slots.ts'
import { TouchedSlots } from './touched-slots.ts'

const KEYS = 5

const HANDLES = [
  'value',
  'old',
  'map',
  'aged',
  'list',
  'dated',
  'object',
  'kept',
  'ordered',
  'row',
] as const

interface Action {
  readonly handle: (typeof HANDLES)[number]
  readonly does: 'write' | 'delete' | 'clear' | 'read'
  readonly name: string
  readonly n: number
}

interface Row {
  readonly slot: number
  readonly actions: readonly Action[]
  readonly ends: 'well' | 'badly'
  readonly then: 'nothing' | 'time' | 'front' | 'walk' | 'break' | 'change' | 'undo'
}

const actions = fc.record<Action>({
  handle: fc.constantFrom(...HANDLES),
  does: fc.constantFrom('write', 'write', 'write', 'delete', 'clear', 'read'),
  name: fc.constantFrom('p', 'q', 'r'),
  n: fc.nat({ max: 9 }),
})
const rows = fc.record<Row>({
  slot: fc.nat({ max: KEYS - 1 }),
  actions: fc.array(actions, { maxLength: 4 }),
  ends: fc.constantFrom('well', 'well', 'well', 'badly'),
  then: fc.constantFrom('nothing', 'nothing', 'time', 'front', 'walk', 'break', 'change', 'undo'),
})

const ttl = { ms: 5 }

function handlesOf(scope: StateScope) {
  return {
    value: scope.value('value', { initial: () => -1 }),
    old: scope.value('old', { initial: () => -1, ttl }),
    map: scope.map<string, unknown>('map'),
    aged: scope.map<string, unknown>('aged', { ttl: { ms: 5, of: 'access' } }),
    list: scope.list<number>('list'),
    dated: scope.list<number>('dated', { ttl }),
    object: scope.object('object', { create: () => ({ n: -1 }) }),
    kept: scope.object('kept', {
      create: () => new Map<string, number>(),
      snapshot: (map) => [...map],
      restore: (data) => new Map(data as [string, number][]),
      ttl,
    }),
    ordered: scope.ordered<number>('ordered'),
    row: scope.numbers('row', { create: () => ({ n: -1 }) }),
  }
}

/** Does one thing to a handle; what it reads there. */
function act(
  handles: ReturnType<typeof handlesOf>,
  { does, handle, n, name }: Action,
  fails: boolean,
): unknown {
  const one = handles[handle]
  if (does === 'clear') return one.clear()
  if (handle === 'value' || handle === 'old') {
    return does === 'read' ? handles[handle].get() : handles[handle].set(n)
  }
  if (handle === 'map' || handle === 'aged') {
    if (does === 'write') return handles[handle].set(name, { n })
    return does === 'read' ? handles[handle].get(name) : handles[handle].delete(name)
  }
  if (handle === 'list' || handle === 'dated') {
    return does === 'read' ? [...handles[handle].values()] : handles[handle].add(n)
  }
  if (handle === 'ordered') {
    if (does === 'write') return handles.ordered.add(n, n)
    if (does === 'delete') return handles.ordered.replace(n, n, n + 10)
    return [...handles.ordered.range(0, n)]
  }
  // What is changed in place is not undone.
  if (handle === 'kept') return void (fails || handles.kept.get().set(name, n))
  const row = handles[handle].get()
  return fails ? undefined : void (row.n = n)
}

/** Entries of a snapshot; the order in which it lists the keys of one handle is not seen by anybody, but for those that can list them. */
function byKey(snapshot: SavedState): unknown {
  const own = ['map', 'aged', 'list', 'dated']
  return Object.entries(snapshot).map(([name, { entries, expired }]) => [
    name,
    expired,
    structuredClone(
      own.includes(name)
        ? entries.toSorted((a, b) => Number(a.key?.[0]) - Number(b.key?.[0]))
        : entries,
    ),
  ])
}

/** Everything that can be seen of the state after each of the rows; `keys`: no more of them stay in memory. */
function run(script: readonly Row[], keys?: number): unknown[] {
  const journal = new Journal()
  const file = memorySpill()
  const fail = (error: unknown): never => {
    throw error
  }
  const spilling =
    keys === undefined ? undefined : new SpillingSlots({ id: 'x', keys, journal, fail })
  spilling?.begin(file)
  const touched = spilling ?? new TouchedSlots()
  const all = Array.from({ length: KEYS }, (_, id) => ({ id }))
  const current = new CurrentKey(all, new KeyOrder(), touched)
  let now = 0
  const time = { event: () => now, clock: () => now, arm: () => {} }
  const slots = { values: (slot: number) => [slot], slotOf: () => 0, arePutBack: () => true }
  const state = new HeapState(current, journal, time, slots, spilling)
  const handles = handlesOf(state.scope())
  const { aged, dated, kept, list, map, object, old, ordered, row: numbers, value } = handles

  const walk = (does: 'walk' | 'break' | 'change' | 'undo'): unknown[] => {
    const found: unknown[] = []
    for (const [key, n] of value.entries()) {
      found.push([key, n, [...map.entries()], [...list.values()], value.get(), ordered.last()])
      if (does === 'break') break
      if (does === 'change' || does === 'undo') map.set('walked', { n })
    }
    for (const [key, one] of [...object.entries(), ...old.entries(), ...numbers.entries()]) {
      found.push([key, structuredClone(one)])
    }
    for (const [key, one] of kept.entries()) found.push([key, [...one], [...aged.entries()]])
    if (does === 'undo') journal.undo()
    else journal.forget()
    return found
  }
  const front = (): unknown[] => {
    const found: unknown[] = []
    ordered.releaseBefore(now, (...one) => found.push([...one, value.get(), [...dated.values()]]))
    return found
  }
  const seen = script.map((row, index) => {
    touched.use(row.slot)
    current.slot = row.slot
    const fails = row.ends === 'badly'
    const read: unknown[] = row.actions.map((action) =>
      structuredClone(act(handles, action, fails)),
    )
    if (fails) journal.undo()
    else journal.forget()
    if (row.then === 'time') state.release('event', (now += 2))
    else if (row.then === 'front') read.push(front())
    else if (row.then !== 'nothing') read.push(walk(row.then))
    const counts = [state.entries(), state.held, state.expired()]
    const held = all.map(({ id }) => state.holds(id))
    spilling?.evict(current.slot)
    const all2 = index % 3 === 0 ? byKey(state.snapshot()) : undefined
    return [read, counts, held, all2]
  })
  expect(file.puts - file.takes).toBe(spilling?.cold ?? 0)
  return seen
}

it('shows the same as without a bound, however few keys may stay in memory', () => {
  fc.assert(
    fc.property(
      fc.array(rows, { maxLength: 25 }),
      fc.integer({ min: 1, max: 3 }),
      (script, keys) => {
        expect(run(script, keys)).toEqual(run(script))
      },
    ),
    { numRuns: 300 },
  )
})
