import type { Key, ValueState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import type { Expiry } from './expiry.ts'
import type { SlotEntry } from './saved-state.ts'
import type { ExpiringStore } from './store.ts'
import type { HeapValue } from './value-state.ts'

/** A value per key that reads as absent when its time is past. */
export class ExpiringValue<T> implements ValueState<T>, ExpiringStore {
  readonly #inner: HeapValue<T>
  readonly #current: CurrentKey
  readonly expiry: Expiry

  constructor(inner: HeapValue<T>, current: CurrentKey, expiry: Expiry) {
    this.#inner = inner
    this.#current = current
    this.expiry = expiry
  }

  get size(): number {
    return this.#inner.size
  }

  get(): T {
    const slot = this.#inner.slot()
    if (!this.#inner.has(slot) || this.expiry.isPast(slot)) return this.#inner.initial()
    this.expiry.read(slot)
    return this.#inner.get()
  }

  set(value: T): void {
    this.expiry.write(this.#inner.slot())
    this.#inner.set(value)
  }

  clear(): void {
    this.expiry.forget(this.#inner.slot())
    this.#inner.clear()
  }

  *entries(): Iterable<readonly [Key | undefined, T]> {
    for (const entry of this.#inner.entries()) {
      if (!this.expiry.isPast(this.#current.slot)) yield entry
    }
  }

  *save(): Iterable<SlotEntry> {
    for (const entry of this.#inner.save()) {
      yield { ...entry, time: this.expiry.timeOf(entry.slot, entry.name) }
    }
  }

  load(entry: SlotEntry): void {
    this.#inner.load(entry)
    this.expiry.load(entry)
  }
}
