import type { ListState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { Dues } from './dues.ts'
import type { Frozen } from './frozen.ts'
import type { SpillableStore } from './spillable-store.ts'
import type { HeapList } from './list-state.ts'
import type { SlotEntry } from './saved-state.ts'
import type { EntryColumns, Sliced } from './stage-changes.ts'
import type { Expiring, ExpiringStore } from './store.ts'
import type { StateTime, TimeToLive } from './time-to-live.ts'

/** An item and when it was added. */
export interface Timed<T> {
  readonly value: T
  readonly time: number
}

/**
 * A list per key, each item of which goes when its time is past. Room is given back from the front: an item that stands behind
 * a younger one is not seen any more, and goes with it.
 */
export class ExpiringList<T> implements ListState<T>, ExpiringStore, SpillableStore, Expiring {
  readonly #name: string
  readonly #inner: HeapList<Timed<T>>
  readonly #current: CurrentKey
  readonly #ttl: TimeToLive
  readonly #clock: StateTime
  /** Slots by a time that is never behind the one at which their first item goes. */
  readonly #dues: Dues
  expired = 0

  constructor(
    name: string,
    inner: HeapList<Timed<T>>,
    current: CurrentKey,
    options: { readonly ttl: TimeToLive; readonly time: StateTime },
  ) {
    this.#name = name
    this.#inner = inner
    this.#current = current
    this.#ttl = options.ttl
    this.#clock = options.time
    this.#dues = new Dues(() => this.#clock.arm(this.#ttl.time))
  }

  get expiry(): Expiring {
    return this
  }

  get time(): 'event' | 'clock' {
    return this.#ttl.time
  }

  get first(): number {
    return this.#dues.first
  }

  get size(): number {
    return this.#inner.size
  }

  add(value: T): void {
    const time = this.#now()
    this.#inner.add({ value, time })
    this.#dues.plan(this.#current.require(this.#name), time + this.#ttl.ms)
  }

  values(): readonly T[] {
    const from = this.#now() - this.#ttl.ms
    const items = this.#inner.peek(this.#current.require(this.#name))
    return items.filter(({ time }) => time > from).map(({ value }) => value)
  }

  clear(): void {
    this.#inner.clear()
  }

  holds(slot: number): boolean {
    return this.#inner.holds(slot)
  }

  freeze(slot: number): Frozen {
    const [items] = this.#inner.freeze(slot) as readonly [readonly Timed<T>[]]
    return [items.map(({ value }) => value), undefined, items.map(({ time }) => time)]
  }

  thaw(slot: number, [values, , times = []]: Frozen): void {
    this.#inner.thaw(slot, [values.map((value, at) => ({ value, time: times[at] }))])
  }

  *save(): Iterable<SlotEntry> {
    for (const { data, slot } of this.#inner.save()) {
      const { time, value } = data as Timed<T>
      yield { slot, data: value, time }
    }
  }

  capture(slots: Int32Array): EntryColumns {
    const { data, ...columns } = this.#inner.capture(slots)
    const items = (data as Sliced<Timed<T>>).slice(0, columns.slots.length)
    const times = Float64Array.from(items, ({ time }) => time)
    return { ...columns, times, data: items.map(({ value }) => value) }
  }

  load({ data, slot, time = this.#now() }: SlotEntry): void {
    this.#inner.load({ slot, data: { value: data as T, time } })
    this.#dues.plan(slot, time + this.#ttl.ms)
  }

  release(now: number): void {
    while (this.#dues.isDue(now)) {
      const slot = this.#dues.take()
      const { touched } = this.#current
      touched.mark(slot)
      const mark = touched.pass(slot)
      this.#release(slot, now)
      touched.passed(slot, mark)
    }
  }

  #release(slot: number, now: number): void {
    const items = this.#inner.peek(slot)
    let past = 0
    while (past < items.length && this.#goesAt(items[past]) <= now) past++
    const next = items[past]
    this.expired += past
    this.#inner.dropFirst(slot, past)
    if (next !== undefined) this.#dues.plan(slot, this.#goesAt(next))
  }

  #goesAt(item: Timed<T> | undefined): number {
    return (item as Timed<T>).time + this.#ttl.ms
  }

  #now(): number {
    return this.#ttl.time === 'event' ? this.#clock.event() : this.#clock.clock()
  }
}
