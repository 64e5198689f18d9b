import type { Key, OrderedScan, OrderedState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { DueHeap } from './due-heap.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import { Cursor, Run } from './ordered-run.ts'
import type { SlotEntry } from './saved-state.ts'
import type { Store } from './store.ts'

/** Most runs that are kept to be used again, and the most room that one of them has. */
const FREE_MAX = 1024
const RUN_FREE_MAX = 32

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
export class HeapOrdered<T> implements OrderedState<T>, Undoable, Store {
  readonly #name: string
  readonly #current: CurrentKey
  readonly #journal: Journal
  /** By slot. */
  readonly #runs: (Run<T> | undefined)[] = []
  readonly #cursor = new Cursor<T>()
  /** Empty ones, to be used again. */
  readonly #free: Run<T>[] = []
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
      this.#journal.remember(this, this.#current.slot, time, new Replaced(value, next))
      return
    }
  }

  clear(): void {
    const slot = this.#current.require(this.#name)
    const run = this.#runs[slot]
    if (run === undefined) return
    this.#journal.remember(this, slot, undefined, run)
    this.#runs[slot] = undefined
    this.#size -= run.to - run.from
  }

  releaseBefore(
    time: number,
    visit?: (time: number, value: T, key: Key | undefined) => void,
  ): void {
    const before = this.#current.slot
    while (this.#heap.due < time) {
      const { due } = this.#heap
      const slot = this.#heap.take()
      const run = this.#runs[slot]
      if (run?.queued !== due) continue
      this.#current.slot = slot
      let place = run.from
      for (; place < run.to && (run.times[place] as number) < time; place++) {
        visit?.(run.times[place] as number, run.values[place] as T, this.#current.key(slot))
      }
      this.#size -= place - run.from
      run.drop(place)
      if (run.isEmpty) this.#empty(slot, run)
      else this.#queue(slot, run, run.times[run.from] as number)
    }
    this.#current.slot = before
  }

  *save(): Iterable<SlotEntry> {
    for (const [slot, run] of this.#runs.entries()) {
      if (run === undefined) continue
      for (let place = run.from; place < run.to; place++) {
        yield { slot, data: run.values[place], time: run.times[place] }
      }
    }
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
      this.#runs[slot] = run
      this.#size += run.to - run.from
      this.#queue(slot, run, run.queued)
      return
    }
    const run = this.#runs[slot]
    if (run === undefined || !run.takeBack(name as number)) return
    this.#size--
    if (run.isEmpty) this.#empty(slot, run)
  }

  #putBack(slot: number, time: number, { value, next }: Replaced): void {
    const run = this.#runs[slot]
    if (run === undefined) return
    const place = run.values.indexOf(next as T, run.below(time))
    if (place >= 0) run.values[place] = value as T
  }

  #insert(slot: number, time: number, value: T): void {
    let run = this.#runs[slot]
    if (run === undefined) run = this.#newRun(slot)
    run.add(time, value)
    if (time < run.queued) this.#queue(slot, run, time)
    this.#size++
  }

  #newRun(slot: number): Run<T> {
    const run = this.#free.pop() ?? new Run<T>()
    run.queued = Number.POSITIVE_INFINITY
    // An array without holes is read faster.
    while (this.#runs.length < slot) this.#runs.push(undefined)
    this.#runs[slot] = run
    return run
  }

  #empty(slot: number, run: Run<T>): void {
    this.#runs[slot] = undefined
    if (this.#free.length < FREE_MAX && run.times.length <= RUN_FREE_MAX) this.#free.push(run)
  }

  #run(): Run<T> | undefined {
    return this.#runs[this.#current.require(this.#name)]
  }

  #queue(slot: number, run: Run<T>, time: number): void {
    run.queued = time
    this.#heap.add(time, slot)
  }
}
