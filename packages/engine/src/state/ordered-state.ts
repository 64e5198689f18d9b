import type { Key, OrderedScan, OrderedState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { DueHeap } from './due-heap.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import { Cursor, type Run } from './ordered-run.ts'
import { RunTable } from './run-table.ts'
import { toEntryColumns } from './entry-columns.ts'
import type { Frozen } from './frozen.ts'
import type { SpillableStore } from './spillable-store.ts'
import type { SlotEntry } from './saved-state.ts'
import type { EntryColumns } from './stage-changes.ts'

/** A value that has another one in its place. */
class Replaced {
  readonly value: unknown
  readonly next: unknown

  constructor(value: unknown, next: unknown) {
    this.value = value
    this.next = next
  }
}

/** A run of immutable values per key, ordered by time, those of the same time in the order in which they came. */
export class HeapOrdered<T> implements OrderedState<T>, Undoable, SpillableStore {
  readonly #name: string
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #runs = new RunTable<T>()
  readonly #cursor = new Cursor<T>()
  /** Keys by the earliest time of their run. */
  readonly #heap = new DueHeap()
  #size = 0

  constructor(name: string, current: CurrentKey, journal: Journal) {
    this.#name = name
    this.#current = current
    this.#journal = journal
  }

  get size(): number {
    return this.#size
  }

  add(time: number, value: T): void {
    const slot = this.#current.require(this.#name)
    this.#insert(slot, time, value)
    this.#journal.remember(this, slot, time, ABSENT)
  }

  range(from: number, to: number): Iterable<readonly [number, T]> {
    const found: (readonly [number, T])[] = []
    const cursor = this.#cursor.begin(this.#run(), from, to)
    while (cursor.next()) found.push([cursor.time, cursor.value])
    return found
  }

  scan(from: number, to: number): OrderedScan<T> {
    return this.#cursor.begin(this.#run(), from, to)
  }

  last(atMost = Number.POSITIVE_INFINITY): readonly [number, T] | undefined {
    const run = this.#run()
    return run?.entry(run.above(atMost) - 1)
  }

  first(): readonly [number, T] | undefined {
    const run = this.#run()
    return run?.entry(run.from)
  }

  replace(time: number, value: T, next: T): void {
    const run = this.#run()
    if (run === undefined) return
    for (let place = run.below(time); place < run.to && run.times[place] === time; place++) {
      if (run.values[place] !== value) continue
      run.values[place] = next
      this.#runs.write(this.#current.slot, run)
      this.#journal.remember(this, this.#current.slot, time, new Replaced(value, next))
      return
    }
  }

  clear(): void {
    const slot = this.#current.require(this.#name)
    const run = this.#runs.read(slot)
    if (run === undefined) return
    this.#size -= run.to - run.from
    this.#journal.remember(this, slot, undefined, this.#runs.take(slot))
  }

  releaseBefore(
    time: number,
    visit?: (time: number, value: T, key: Key | undefined) => void,
  ): void {
    const before = this.#current.slot
    while (this.#heap.due < time) {
      const { due, order } = this.#heap
      const slot = this.#heap.take()
      // The slot may be that of another key by now.
      if (this.#runs.queuedOf(slot) !== due || order !== this.#current.order.of(slot)) continue
      const { touched } = this.#current
      touched.mark(slot)
      const mark = touched.pass(slot)
      const first = this.#runs.firstOf(slot)
      // What stood before was taken back with a record that failed: the key has its turn when that of others before it is over.
      if (first > due) this.#queue(slot, first)
      else {
        if (visit !== undefined) this.#visit(slot, time, visit)
        this.#dropBefore(slot, time)
      }
      touched.passed(slot, mark)
    }
    this.#current.slot = before
  }

  #dropBefore(slot: number, time: number): void {
    const run = this.#runs.read(slot)
    if (run === undefined) return
    const place = run.below(time)
    this.#size -= place - run.from
    run.drop(place)
    this.#runs.write(slot, run)
    const first = this.#runs.firstOf(slot)
    if (first < Number.POSITIVE_INFINITY) this.#queue(slot, first)
  }

  #visit(
    slot: number,
    before: number,
    visit: (time: number, value: T, key: Key | undefined) => void,
  ): void {
    this.#current.slot = slot
    for (const [time, value] of this.range(Number.NEGATIVE_INFINITY, before)) {
      visit(time, value, this.#current.key(slot))
    }
  }

  holds(slot: number): boolean {
    return this.#runs.holds(slot)
  }

  save(): Iterable<SlotEntry> {
    const slots = this.#current.order.sorted(this.#runs.slots())
    return this.#entriesOf(this.#current.pass(slots))
  }

  freeze(slot: number): Frozen {
    const [values, times] = this.#runs.freeze(slot)
    return [values, undefined, times]
  }

  thaw(slot: number, [values, , times = []]: Frozen): void {
    this.#runs.thaw(slot, values as T[], times)
  }

  *#entriesOf(slots: Iterable<number>): Iterable<SlotEntry> {
    for (const slot of slots) {
      const run = this.#runs.read(slot)
      if (run === undefined) continue
      const { from, times, to, values } = run
      // What is read while an entry is in hand may be another run.
      const entries = values.slice(from, to).map((data, at) => ({
        slot,
        data,
        time: times[from + at] as number,
      }))
      yield* entries
    }
  }

  capture(slots: Int32Array): EntryColumns {
    return toEntryColumns(this.#entriesOf(slots))
  }

  load({ data, slot, time }: SlotEntry): void {
    this.#insert(slot, time as number, data as T)
  }

  restore(slot: number, name: unknown, old: unknown): void {
    if (old instanceof Replaced) {
      this.#putBack(slot, name as number, old)
      return
    }
    if (old !== ABSENT) {
      const run = old as Run<T>
      this.#runs.put(slot, run)
      this.#size += run.to - run.from
      this.#queue(slot, run.times[run.from] as number)
      return
    }
    const run = this.#runs.read(slot)
    if (run === undefined || !run.takeBack(name as number)) return
    this.#runs.write(slot, run)
    this.#size--
  }

  #putBack(slot: number, time: number, { value, next }: Replaced): void {
    const run = this.#runs.read(slot)
    if (run === undefined) return
    const place = run.values.indexOf(next as T, run.below(time))
    if (place < 0) return
    run.values[place] = value as T
    this.#runs.write(slot, run)
  }

  #insert(slot: number, time: number, value: T): void {
    this.#runs.add(slot, time, value)
    if (time < this.#runs.queuedOf(slot)) this.#queue(slot, time)
    this.#size++
  }

  #run(): Run<T> | undefined {
    return this.#runs.read(this.#current.require(this.#name))
  }

  #queue(slot: number, time: number): void {
    this.#runs.queue(slot, time)
    this.#heap.add(time, slot, this.#current.order.of(slot))
  }
}
