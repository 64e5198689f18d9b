import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CurrentKey } from '../state/current-key.ts'
import { HeapState } from '../state/heap-state.ts'
import { Journal } from '../state/journal.ts'
import { KeyTimers } from '../state/key-timers.ts'
import { KeyInterner } from './key.ts'
import { KeySweep, RECORDS_PER_TURN } from './key-sweep.ts'

interface Numbers {
  n: number
}

const kinds = ['value', 'map', 'list', 'object', 'numbers', 'panes', 'spans', 'ordered', 'timers']
const parts = ['site', 'user'].map((name) => {
  return { name, description: name, read: (record: unknown) => (record as never)[name] }
})
const ttl = { ms: 7 }
const create = (): Numbers => ({ n: 0 })

/** All kinds of state of a stage, with a sweep that lets few keys stay. */
function openStage(few = 1) {
  const clock = { now: 0 }
  const time = { event: () => clock.now, clock: () => clock.now, arm: () => {} }
  const interner = new KeyInterner(['site', 'user'])
  const current = new CurrentKey(interner.keys, interner.order)
  const journal = new Journal()
  const heap = new HeapState(current, journal, time, interner)
  const timers = new KeyTimers('event', current, journal)
  const holder = {
    get held(): number {
      return heap.held + timers.size
    },
    holds: (slot: number) => heap.holds(slot) || timers.holds(slot),
  }
  const state = heap.scope()
  return {
    clock,
    current,
    heap,
    interner,
    journal,
    state,
    sweep: new KeySweep(interner, current, holder, () => few),
    timers,
    value: state.value<number>('value', { initial: () => -1, ttl }),
    map: state.map<number, number>('map', { ttl }),
    list: state.list<number>('list'),
    object: state.object<Numbers>('object', { create }),
    numbers: state.numbers<Numbers>('numbers', { create }),
    panes: state.panes<Numbers>('panes', { create }),
    spans: state.spans<Numbers>('spans', { create, merge: (a, b) => ({ n: a.n + b.n }) }),
    ordered: state.ordered<number>('ordered'),
  }
}
type Opened = ReturnType<typeof openStage>

/** As many records come as it takes for a turn. */
function turn(sweep: KeySweep): void {
  sweep.took(RECORDS_PER_TURN)
  sweep.next()
  sweep.took(RECORDS_PER_TURN - 1)
}

/** What each kind has of a key: names (or times) and numbers. */
type Entries = Map<string, Map<number, number>>

/** Writes for the key in hand; `n` stands for what is written and, as a name, for `n % 3`. */
function write(stage: Opened, kind: string, n: number, keeps: boolean): void {
  const name = n % 3
  if (kind === 'value') stage.value.set(n)
  else if (kind === 'map') stage.map.set(name, n)
  else if (kind === 'list') stage.list.add(n)
  else if (kind === 'timers') stage.timers.set(name)
  else if (kind === 'ordered') stage.ordered.add(name, n)
  else if (kind === 'spans') {
    const span = stage.spans.join(name * 10, name * 10 + 5)
    if (keeps) span.value.n = n
    if (keeps) span.wake(name)
  } else {
    const own = kind === 'panes' ? stage.panes.get(name) : stage[kind as 'object' | 'numbers'].get()
    // What is changed in place cannot be undone.
    if (keeps) own.n = n
  }
}

function clear(stage: Opened, kind: string, n: number): void {
  if (kind === 'panes') stage.panes.clear(n % 3)
  else if (kind === 'timers') stage.timers.delete(n % 3)
  else if (kind === 'spans') for (const span of stage.spans.find(0, 100)) span.release()
  else stage[kind as 'value'].clear()
}

function modelWrite(entries: Entries, kind: string, n: number): void {
  const own = entries.get(kind) ?? new Map<number, number>()
  entries.set(kind, own)
  const times = ['map', 'panes', 'spans', 'timers']
  if (kind === 'list' || kind === 'ordered') own.set(own.size, n)
  else own.set(times.includes(kind) ? n % 3 : 0, n)
}

function modelClear(entries: Entries, kind: string, n: number): void {
  if (kind === 'panes' || kind === 'timers') entries.get(kind)?.delete(n % 3)
  else entries.delete(kind)
  if (entries.get(kind)?.size === 0) entries.delete(kind)
}

const sorted = (map: ReadonlyMap<number, number> | undefined) =>
  [...(map ?? [])].toSorted(([a], [b]) => a - b)

/** What the key in hand has, read without making anything. */
function told(stage: Opened, entries: Entries): unknown {
  const has = (kind: string) => entries.has(kind)
  return {
    value: has('value') ? [[0, stage.value.get()]] : stage.value.get() === -1 && [],
    map: sorted(new Map(stage.map.entries())),
    list: stage.list.values().map((n, at) => [at, n]),
    object: has('object') ? [[0, stage.object.get().n]] : [],
    numbers: has('numbers') ? [[0, stage.numbers.get().n]] : [],
    panes: [0, 1, 2].flatMap((start) => {
      const own = stage.panes.find(start)
      return own === undefined ? [] : [[start, own.n]]
    }),
    spans: Array.from(stage.spans.find(0, 100), (span) => [
      span.start / 10,
      span.value.n,
    ]).toReversed(),
    ordered: [...stage.ordered.range(0, 100)],
  }
}

function expected(entries: Entries): unknown {
  const all = kinds.map((kind) => [kind, sorted(entries.get(kind))] as const)
  const { ordered = [], timers: _, ...rest } = Object.fromEntries(all)
  const runs = ordered.map(([at, n]) => [n % 3, n, at] as const)
  runs.sort(([a, , first], [b, , second]) => a - b || first - second)
  return { ...rest, ordered: runs.map(([time, n]) => [time, n]) }
}

const step = fc.record({
  user: fc.nat(7),
  kind: fc.constantFrom(...kinds),
  action: fc.constantFrom('write', 'write', 'clear', 'clear', 'clearAll', 'read'),
  n: fc.nat(8),
  fails: fc.nat(3).map((one) => one === 0),
  then: fc.constantFrom('go on', 'step', 'finish', 'finish', 'wait'),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** A stage beside what it should hold. */
class Beside {
  readonly stage = openStage()
  readonly model = new Map<number, Entries>()
  /** Keys in the order in which they were seen since they were last forgotten. */
  seen: number[] = []

  /** Plays a step; what the key in hand has then, and what it should have. */
  play({ action, fails, kind, n, user }: Step): readonly [unknown, unknown] {
    const { current, interner, journal } = this.stage
    const record = { site: user % 2, user }
    current.slot = interner.slot(parts, record, 0)
    if (!this.seen.includes(user)) this.seen.push(user)
    const keeps = !fails
    const entries: Entries = structuredClone(this.model.get(user) ?? new Map())
    if (action === 'write' && (keeps || kind !== 'spans')) {
      write(this.stage, kind, n, keeps)
      modelWrite(entries, kind, n)
    } else if (action !== 'read' && action !== 'write' && (keeps || kind !== 'spans')) {
      for (const one of action === 'clear' || fails ? [kind] : kinds) {
        clear(this.stage, one, n)
        modelClear(entries, one, n)
      }
    }
    if (fails) journal.undo()
    else {
      journal.forget()
      if (entries.size > 0) this.model.set(user, entries)
      else this.model.delete(user)
    }
    const own: Entries = this.model.get(user) ?? new Map()
    return [told(this.stage, own), expected(own)]
  }

  /** Time goes by: what has a time to live is let go. */
  wait(): void {
    const { clock, heap } = this.stage
    clock.now += 10
    heap.release('event', clock.now)
    for (const [user, entries] of this.model) {
      entries.delete('value')
      entries.delete('map')
      if (entries.size === 0) this.model.delete(user)
    }
  }

  /** Keys that were not forgotten, in order. */
  known(): readonly number[] {
    const { interner } = this.stage
    return Array.from(interner.slots(), (slot) => interner.values(slot)[1] as number)
  }

  /** Keys as one goes through those that have panes or spans, and as they were seen. */
  inOrder(): readonly [unknown, unknown] {
    const { panes, spans, state } = this.stage
    const users = panes.starts().map((start) => {
      return Array.from(panes.entries(start), ([key]) => [key?.['user'], state.slot()] as const)
    })
    const bySlot = users.map((some) => some.toSorted(([, a], [, b]) => a - b).map(([user]) => user))
    const inSpans = new Set(Array.from(spans.entries(), ([key]) => key?.['user']))
    const wanted = panes.starts().map((start) => this.#having('panes', start))
    return [
      [users.map((some) => some.map(([user]) => user)), bySlot, [...inSpans]],
      [wanted, wanted, this.#having('spans')],
    ]
  }

  /** Keys of spans in the order in which these wake up, and in which they should. */
  woken(): readonly [unknown, unknown] {
    const ready = Array.from(this.stage.spans.ready(100), ([key]) => key?.['user'])
    return [ready, [0, 1, 2].flatMap((name) => this.#having('spans', name))]
  }

  #having(kind: string, name?: number): number[] {
    return this.seen.filter((user) => {
      const own = this.model.get(user)?.get(kind)
      return own !== undefined && (name === undefined || own.has(name))
    })
  }
}

it('forgets no key that has anything, and every other one', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const beside = new Beside()
      const { stage } = beside
      for (const one of steps) {
        const [told, expected] = beside.play(one)
        expect(told).toEqual(expected)
        if (one.then === 'wait') beside.wait()
        if (one.then === 'step') turn(stage.sweep)
        if (one.then === 'finish') stage.sweep.finish()

        const known = beside.known()
        const having = known.filter((user) => beside.model.has(user))
        expect(having).toHaveLength(beside.model.size)
        expect(one.then === 'finish' ? having : known).toEqual(known)
        beside.seen = beside.seen.filter((user) => known.includes(user))
        expect(known).toEqual(beside.seen)
        const [found, wanted] = beside.inOrder()
        expect(found).toEqual(wanted)
      }
      const [woken, shouldWake] = beside.woken()
      expect(woken).toEqual(shouldWake)
    }),
    { numRuns: 300 },
  )
})

it('gives a key that has the slot of another one a place of its own among those of the same time', () => {
  const { current, interner, journal, ordered, spans, sweep } = openStage()
  const take = (user: number): void => {
    current.slot = interner.slot(parts, { site: 1, user }, 0)
    ordered.add(5, user)
    spans.join(0, 5).wake(5)
  }
  take(1)
  ordered.clear()
  for (const span of spans.find(0, 5)) span.release()
  journal.forget()
  take(2)
  journal.forget()
  sweep.finish()
  take(3)
  journal.forget()

  const released: unknown[] = []
  ordered.releaseBefore(6, (_time, value) => released.push(value))
  const ready = Array.from(spans.ready(5), ([key]) => key?.['user'])

  expect(interner.keys.length).toBe(2)
  expect(released).toEqual([2, 3])
  expect(ready).toEqual([2, 3])
})

it('holds a few times the keys that are in use, however many there were', () => {
  const { current, interner, journal, numbers, sweep } = openStage()
  let most = 0
  for (let user = 0; user < 20_000; user++) {
    for (const old of [user, user - 100]) {
      if (old < 0) continue
      current.slot = interner.slot(parts, { site: 1, user: old }, 0)
      if (old === user) numbers.get().n = user
      else numbers.clear()
      journal.forget()
    }
    if (user % 50 === 0) turn(sweep)
    most = Math.max(most, interner.keys.length)
  }

  expect(most).toBeLessThan(500)
  expect(numbers.get()).toEqual({ n: 0 })
})

it('forgets what nothing refers to while no new keys come, a few at a time', () => {
  const { current, interner, numbers, sweep } = openStage()
  for (let user = 0; user < 1000; user++) {
    current.slot = interner.slot(parts, { site: 1, user }, 0)
    numbers.get()
  }
  for (let turns = 0; turns < 100; turns++) turn(sweep)
  const before = interner.size
  for (let user = 0; user < 999; user++) {
    current.slot = interner.slot(parts, { site: 1, user }, 0)
    numbers.clear()
  }
  turn(sweep)
  const soon = interner.size
  for (let turns = 0; turns < 100; turns++) turn(sweep)

  expect([before, soon, interner.size]).toEqual([1000, 936, 1])
  expect(interner.values(interner.slots()[0] as number)).toEqual([1, 999])
})

/** Records of users who come and go, taken in goes of these lengths; the keys that are known now and then, in order. */
function knownAfter(seed: number, goes: readonly number[]): unknown[] {
  const { current, interner, journal, numbers, sweep } = openStage(50)
  const known: unknown[] = []
  let random = seed
  let left = 0
  for (let at = 0, go = 0; at < 4000; at++) {
    if (left === 0) {
      const count = goes[go++ % goes.length] as number
      // One of them alone is a record that is not part of a batch.
      if (count > 1) sweep.took((left = sweep.room(count)))
      else sweep.next()
      if (count === 1) left = 1
    }
    left--
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0
    const user = random % 4 === 0 ? at : Math.max(0, at - ((random >>> 8) % 300))
    current.slot = interner.slot(parts, { site: 1, user }, 0)
    if (random % 3 === 0) numbers.get()
    else numbers.clear()
    journal.forget()
    if (at % 500 === 0) known.push(Array.from(interner.slots(), (slot) => interner.values(slot)[1]))
  }
  return known
}

it('forgets the same keys however the records are cut into batches', () => {
  const goes = fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 1024 })), {
    minLength: 1,
    maxLength: 20,
  })
  fc.assert(
    fc.property(fc.nat(), goes, (seed, cuts) => {
      const known = knownAfter(seed, cuts)

      expect(known).toEqual(knownAfter(seed, [1]))
      expect((known.at(-1) as unknown[]).length).toBeLessThan(2000)
    }),
    { numRuns: 30 },
  )
})
