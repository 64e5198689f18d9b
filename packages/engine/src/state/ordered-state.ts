import type { Key, OrderedState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { DueHeap } from './due-heap.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import type { SlotEntry } from './saved-state.ts'
import type { SavableStore } from './store.ts'

/** Values of one key in order of time. Those before `from` are gone and go when there are as many as are left. */
interface Run<T> {
  times: number[]
  values: T[]
  from: number
  /** The time under which its key is in the heap; other entries of the key mean nothing. */
  queued: number
}

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
export class HeapOrdered<T> implements OrderedState<T>, Undoable, SavableStore {
  readonly #name: string
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #runs = new Map<number, Run<T>>()
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

  *range(from: number, to: number): Iterable<readonly [number, T]> {
    const run = this.#run()
    if (run === undefined) return
    // The run may lose its front while it is read.
    const { times, values } = run
    for (let place = below(run, from); place < times.length; place++) {
      const time = times[place] as number
      if (time >= to) return
      yield [time, values[place] as T]
    }
  }

  last(atMost = Number.POSITIVE_INFINITY): readonly [number, T] | undefined {
    const run = this.#run()
    return run && entry(run, above(run, atMost) - 1)
  }

  first(): readonly [number, T] | undefined {
    const run = this.#run()
    return run && entry(run, run.from)
  }

  replace(time: number, value: T, next: T): void {
    const run = this.#run()
    if (run === undefined) return
    for (let place = below(run, time); run.times[place] === time; place++) {
      if (run.values[place] !== value) continue
      run.values[place] = next
      this.#journal.remember(this, this.#current.slot, time, new Replaced(value, next))
      return
    }
  }

  clear(): void {
    const slot = this.#current.require(this.#name)
    const run = this.#runs.get(slot)
    if (run === undefined) return
    this.#journal.remember(this, slot, undefined, run)
    this.#runs.delete(slot)
    this.#size -= run.times.length - run.from
  }

  releaseBefore(
    time: number,
    visit?: (time: number, value: T, key: Key | undefined) => void,
  ): void {
    const before = this.#current.slot
    while (this.#heap.due < time) {
      const { due } = this.#heap
      const slot = this.#heap.take()
      const run = this.#runs.get(slot)
      if (run?.queued !== due) continue
      this.#current.slot = slot
      let place = run.from
      for (; place < run.times.length && (run.times[place] as number) < time; place++) {
        visit?.(run.times[place] as number, run.values[place] as T, this.#current.key(slot))
      }
      this.#drop(slot, run, place)
    }
    this.#current.slot = before
  }

  *save(): Iterable<SlotEntry> {
    for (const [slot, { from, times, values }] of this.#runs) {
      for (let place = from; place < times.length; place++) {
        yield { slot, data: values[place], time: times[place] }
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
      this.#runs.set(slot, run)
      this.#size += run.times.length - run.from
      this.#queue(slot, run, run.queued)
      return
    }
    const run = this.#runs.get(slot)
    if (run === undefined) return
    const place = above(run, name as number) - 1
    if (place < run.from || run.times[place] !== name) return
    run.times.splice(place, 1)
    run.values.splice(place, 1)
    this.#size--
    if (run.times.length === run.from) this.#runs.delete(slot)
  }

  #putBack(slot: number, time: number, { value, next }: Replaced): void {
    const run = this.#runs.get(slot)
    if (run === undefined) return
    const place = run.values.indexOf(next as T, below(run, time))
    if (place >= 0) run.values[place] = value as T
  }

  #insert(slot: number, time: number, value: T): void {
    let run = this.#runs.get(slot)
    if (run === undefined) this.#runs.set(slot, (run = newRun()))
    const { length } = run.times
    const place =
      length === 0 || (run.times[length - 1] as number) <= time ? length : above(run, time)
    if (place === length) {
      run.times.push(time)
      run.values.push(value)
    } else {
      run.times.splice(place, 0, time)
      run.values.splice(place, 0, value)
    }
    if (time < run.queued) this.#queue(slot, run, time)
    this.#size++
  }

  #run(): Run<T> | undefined {
    return this.#runs.get(this.#current.require(this.#name))
  }

  /** Lets go of the front of a run, up to `place`. */
  #drop(slot: number, run: Run<T>, place: number): void {
    this.#size -= place - run.from
    if (place === run.times.length) {
      this.#runs.delete(slot)
      return
    }
    if (place !== run.from) {
      run.from = place
      if (place > run.times.length / 2) {
        // New lists: whoever still reads the old ones is not disturbed.
        run.times = run.times.slice(place)
        run.values = run.values.slice(place)
        run.from = 0
      }
    }
    this.#queue(slot, run, run.times[run.from] as number)
  }

  #queue(slot: number, run: Run<T>, time: number): void {
    run.queued = time
    this.#heap.add(time, slot)
  }
}

function newRun<T>(): Run<T> {
  return { times: [], values: [], from: 0, queued: Number.POSITIVE_INFINITY }
}

/** The place behind all values at or before `time`. */
function above<T>({ from, times }: Run<T>, time: number): number {
  let low = from
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] as number) <= time) low = middle + 1
    else high = middle
  }
  return low
}

/** The place of the first value at or after `time`. */
function below<T>({ from, times }: Run<T>, time: number): number {
  let low = from
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] as number) < time) low = middle + 1
    else high = middle
  }
  return low
}

function entry<T>(
  { from, times, values }: Run<T>,
  place: number,
): readonly [number, T] | undefined {
  if (place < from || place >= times.length) return undefined
  return [times[place] as number, values[place] as T]
}
