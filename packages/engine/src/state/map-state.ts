import type { MapState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'

/** A map of immutable values per key. */
export class HeapMap<K, V> implements MapState<K, V>, Undoable {
  readonly #name: string
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #maps = new Map<number, Map<K, V>>()

  constructor(name: string, current: CurrentKey, journal: Journal) {
    this.#name = name
    this.#current = current
    this.#journal = journal
  }

  get(name: K): V | undefined {
    return this.#maps.get(this.#slot())?.get(name)
  }

  has(name: K): boolean {
    return this.#maps.get(this.#slot())?.has(name) ?? false
  }

  set(name: K, value: V): void {
    const slot = this.#slot()
    let map = this.#maps.get(slot)
    if (map === undefined) this.#maps.set(slot, (map = new Map()))
    this.#journal.remember(this, slot, name, map.has(name) ? map.get(name) : ABSENT)
    map.set(name, value)
  }

  delete(name: K): boolean {
    const slot = this.#slot()
    const map = this.#maps.get(slot)
    if (map === undefined || !map.has(name)) return false
    this.#journal.remember(this, slot, name, map.get(name))
    if (map.size === 1) this.#maps.delete(slot)
    else map.delete(name)
    return true
  }

  *entries(): Iterable<readonly [K, V]> {
    const map = this.#maps.get(this.#slot())
    if (map !== undefined) yield* map
  }

  clear(): void {
    const slot = this.#slot()
    for (const [name, value] of this.#maps.get(slot) ?? []) {
      this.#journal.remember(this, slot, name, value)
    }
    this.#maps.delete(slot)
  }

  restore(slot: number, name: unknown, old: unknown): void {
    let map = this.#maps.get(slot)
    if (old === ABSENT) {
      map?.delete(name as K)
      if (map?.size === 0) this.#maps.delete(slot)
      return
    }
    if (map === undefined) this.#maps.set(slot, (map = new Map()))
    map.set(name as K, old as V)
  }

  #slot(): number {
    return this.#current.require(this.#name)
  }
}
