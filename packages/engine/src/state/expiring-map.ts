import type { MapState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { ExpiringEntries } from './expiring-entries.ts'
import type { Expiry } from './expiry.ts'
import type { HeapMap } from './map-state.ts'

/** A map per key, each name of which reads as absent when its time is past. */
export class ExpiringMap<K, V> extends ExpiringEntries<HeapMap<K, V>> implements MapState<K, V> {
  readonly #name: string
  readonly #current: CurrentKey

  constructor(name: string, inner: HeapMap<K, V>, current: CurrentKey, expiry: Expiry) {
    super(inner, expiry)
    this.#name = name
    this.#current = current
  }

  get(name: K): V | undefined {
    return this.has(name) ? this.inner.get(name) : undefined
  }

  has(name: K): boolean {
    const slot = this.#slot()
    if (!this.inner.has(name) || this.expiry.isPast(slot, name)) return false
    this.expiry.read(slot, name)
    return true
  }

  set(name: K, value: V): void {
    this.expiry.write(this.#slot(), name)
    this.inner.set(name, value)
  }

  delete(name: K): boolean {
    const slot = this.#slot()
    const isPast = this.expiry.isPast(slot, name)
    this.expiry.forget(slot, name)
    return this.inner.delete(name) && !isPast
  }

  *entries(): Iterable<readonly [K, V]> {
    const slot = this.#slot()
    for (const entry of this.inner.entries()) {
      if (!this.expiry.isPast(slot, entry[0])) yield entry
    }
  }

  clear(): void {
    const slot = this.#slot()
    for (const [name] of this.inner.entries()) this.expiry.forget(slot, name)
    this.inner.clear()
  }

  #slot(): number {
    return this.#current.require(this.#name)
  }
}
