import type { Key, ObjectState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { ExpiringEntries } from './expiring-entries.ts'
import type { Expiry } from './expiry.ts'
import type { Store } from './store.ts'

type Inner<T> = ObjectState<T> & Store

/** An object (or row of numbers) per key that begins anew when its time is past. Nobody sees what it is changed by: to get it is to write it. */
export class ExpiringObject<T> extends ExpiringEntries<Inner<T>> implements ObjectState<T> {
  readonly #name: string
  readonly #current: CurrentKey

  constructor(name: string, inner: Inner<T>, current: CurrentKey, expiry: Expiry) {
    super(inner, expiry)
    this.#name = name
    this.#current = current
  }

  get(): T {
    const slot = this.#current.require(this.#name)
    if (this.expiry.isPast(slot)) this.inner.clear()
    this.expiry.write(slot)
    return this.inner.get()
  }

  clear(): void {
    this.expiry.forget(this.#current.require(this.#name))
    this.inner.clear()
  }

  entries(): Iterable<readonly [Key | undefined, T]> {
    return this.alive(this.inner.entries(), this.#current)
  }
}
