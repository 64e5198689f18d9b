import type { MapState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import type { SlotEntry } from './saved-state.ts'
import type { Store } from './store.ts'

/** A map of immutable values per key. */
export class HeapMap<K, V> implements MapState<K, V>, Undoable, Store {
  readonly #name: string
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #maps = new Map<number, Map<K, V>>()
  size = 0

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
    const before = map.size
    map.set(name, value)
    this.size += map.size - before
  }

  delete(name: K): boolean {
    const slot = this.#slot()
    const map = this.#maps.get(slot)
    if (map === undefined || !map.has(name)) return false
    this.#journal.remember(this, slot, name, map.get(name))
    if (map.size === 1) this.#maps.delete(slot)
    else map.delete(name)
    this.size--
    return true
  }

  *entries(): Iterable<readonly [K, V]> {
    const map = this.#maps.get(this.#slot())
    if (map !== undefined) yield* map
  }

  clear(): void {
    const slot = this.#slot()
    const map = this.#maps.get(slot)
    if (map === undefined) return
    for (const [name, value] of map) this.#journal.remember(this, slot, name, value)
    this.size -= map.size
    this.#maps.delete(slot)
  }

  holds(slot: number): boolean {
    return this.#maps.has(slot)
  }

  *save(): Iterable<SlotEntry> {
    for (const [slot, map] of this.#maps) for (const [name, data] of map) yield { slot, name, data }
  }

  load({ data, name, slot }: SlotEntry): void {
    this.restore(slot, name, data)
  }

  restore(slot: number, name: unknown, old: unknown): void {
    let map = this.#maps.get(slot)
    if (old === ABSENT) {
      if (map?.delete(name as K) === true) this.size--
      if (map?.size === 0) this.#maps.delete(slot)
      return
    }
    if (map === undefined) this.#maps.set(slot, (map = new Map()))
    const before = map.size
    map.set(name as K, old as V)
    this.size += map.size - before
  }

  #slot(): number {
    return this.#current.require(this.#name)
  }
}
