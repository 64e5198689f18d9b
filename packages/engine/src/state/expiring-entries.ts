import type { Expiry } from './expiry.ts'
import type { Frozen } from './frozen.ts'
import { isSpillable, type SpillableStore } from './spillable-store.ts'
import type { SlotEntry } from './saved-state.ts'
import type { EntryColumns } from './stage-changes.ts'
import type { ExpiringStore, Store } from './store.ts'

/** A store around another one, whose entries it gives a time to live. */
export class ExpiringEntries<Inner extends Store> implements ExpiringStore {
  protected readonly inner: Inner
  readonly expiry: Expiry

  constructor(inner: Inner, expiry: Expiry) {
    this.inner = inner
    this.expiry = expiry
  }

  get size(): number {
    return this.inner.size
  }

  holds(slot: number): boolean {
    return this.inner.holds(slot)
  }

  *save(): Iterable<SlotEntry> {
    for (const entry of this.inner.save()) {
      yield { ...entry, time: this.expiry.timeOf(entry.slot, entry.name) }
    }
  }

  capture(slots: Int32Array): EntryColumns {
    const columns = this.inner.capture(slots)
    const names = columns.names?.slice(0, columns.names.length)
    const times = Float64Array.from(columns.slots, (slot, at) =>
      this.expiry.timeOf(slot, names?.[at]),
    )
    return { ...columns, ...(names && { names }), times }
  }

  load(entry: SlotEntry): void {
    this.inner.load(entry)
    this.expiry.load(entry)
  }

  get canFreeze(): boolean {
    return isSpillable(this.inner)
  }

  freeze(slot: number): Frozen {
    const [data, names, , order] = (this.inner as Store as SpillableStore).freeze(slot)
    return [data, names, this.expiry.freeze(slot, names), order]
  }

  thaw(slot: number, frozen: Frozen): void {
    const [, names, times = []] = frozen
    ;(this.inner as Store as SpillableStore).thaw(slot, frozen)
    if (names !== undefined) this.expiry.thaw(slot, names, times)
  }

  /** Those of `entries` whose time is not past; `current` follows them. */
  protected *alive<E>(entries: Iterable<E>, current: { readonly slot: number }): Iterable<E> {
    for (const entry of entries) if (!this.expiry.isPast(current.slot)) yield entry
  }
}
