import type { Key, ObjectState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import type { Expiry } from './expiry.ts'
import type { SlotEntry } from './saved-state.ts'
import type { ExpiringStore, SavableStore } from './store.ts'

/** An object (or row of numbers) per key that begins anew when its time is past. Nobody sees what it is changed by: to get it is to write it. */
export class ExpiringObject<T> implements ObjectState<T>, ExpiringStore {
  readonly #name: string
  readonly #inner: ObjectState<T> & SavableStore
  readonly #current: CurrentKey
  readonly expiry: Expiry

  constructor(
    name: string,
    inner: ObjectState<T> & SavableStore,
    current: CurrentKey,
    expiry: Expiry,
  ) {
    this.#name = name
    this.#inner = inner
    this.#current = current
    this.expiry = expiry
  }

  get size(): number {
    return this.#inner.size
  }

  get(): T {
    const slot = this.#current.require(this.#name)
    if (this.expiry.isPast(slot)) this.#inner.clear()
    this.expiry.write(slot)
    return this.#inner.get()
  }

  clear(): void {
    this.expiry.forget(this.#current.require(this.#name))
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
