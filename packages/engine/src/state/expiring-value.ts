import type { Key, ValueState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { ExpiringEntries } from './expiring-entries.ts'
import type { Expiry } from './expiry.ts'
import type { HeapValue } from './value-state.ts'

/** A value per key that reads as absent when its time is past. */
export class ExpiringValue<T> extends ExpiringEntries<HeapValue<T>> implements ValueState<T> {
  readonly #current: CurrentKey

  constructor(inner: HeapValue<T>, current: CurrentKey, expiry: Expiry) {
    super(inner, expiry)
    this.#current = current
  }

  get(): T {
    const slot = this.inner.slot()
    if (!this.inner.holds(slot) || this.expiry.isPast(slot)) return this.inner.initial()
    this.expiry.read(slot)
    return this.inner.get()
  }

  set(value: T): void {
    this.expiry.write(this.inner.slot())
    this.inner.set(value)
  }

  clear(): void {
    this.expiry.forget(this.inner.slot())
    this.inner.clear()
  }

  entries(): Iterable<readonly [Key | undefined, T]> {
    return this.alive(this.inner.entries(), this.#current)
  }
}
