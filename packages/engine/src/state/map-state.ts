import type { MapState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import { toEntryColumns } from './entry-columns.ts'
import type { Frozen } from './frozen.ts'
import type { SpillableStore } from './spillable-store.ts'
import type { SlotEntry } from './saved-state.ts'
import type { EntryColumns } from './stage-changes.ts'
import { type Seat, Seats } from './seats.ts'

/** Marks the undo of `clear`. */
const ALL: unique symbol = Symbol('all')
/** In the place of entries that are put aside. */
const ASIDE = new Seats<never, never>()

/** A map of immutable values per key. */
export class HeapMap<K, V> implements MapState<K, V>, Undoable, SpillableStore {
  readonly #name: string
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #maps = new Map<number, Seats<K, V>>()
  size = 0

  constructor(name: string, current: CurrentKey, journal: Journal) {
    this.#name = name
    this.#current = current
    this.#journal = journal
  }

  get(name: K): V | undefined {
    return this.#maps.get(this.#slot())?.get(name)?.value
  }

  has(name: K): boolean {
    return this.#maps.get(this.#slot())?.has(name) ?? false
  }

  set(name: K, value: V): void {
    const slot = this.#slot()
    const seat = this.#maps.get(slot)?.get(name)
    if (seat === undefined) {
      this.#journal.remember(this, slot, name, ABSENT)
      this.#add(slot, name, value)
    } else {
      this.#journal.remember(this, slot, name, seat.value)
      seat.value = value
    }
  }

  delete(name: K): boolean {
    const slot = this.#slot()
    const map = this.#maps.get(slot)
    const seat = map?.get(name)
    if (map === undefined || seat === undefined) return false
    if (map.size === 1) this.clear()
    else {
      this.#journal.remember(this, slot, name, seat)
      map.remove(name)
      this.size--
    }
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
    this.#journal.remember(this, slot, ALL, map)
    this.size -= map.size
    this.#maps.delete(slot)
  }

  holds(slot: number): boolean {
    return this.#maps.has(slot)
  }

  save(): Iterable<SlotEntry> {
    return this.#entriesOf(this.#current.pass(this.#maps.keys()))
  }

  freeze(slot: number): Frozen {
    const entries = [...(this.#maps.get(slot) as Seats<K, V>)]
    this.#maps.set(slot, ASIDE)
    return [entries.map(([, value]) => value), entries.map(([name]) => name)]
  }

  thaw(slot: number, [values, names = []]: Frozen): void {
    const map = new Seats<K, V>()
    for (let at = 0; at < values.length; at++) map.add(names[at] as K, values[at] as V)
    this.#maps.set(slot, map)
  }

  capture(slots: Int32Array): EntryColumns {
    return toEntryColumns(this.#entriesOf(slots))
  }

  load({ data, name, slot }: SlotEntry): void {
    this.#add(slot, name as K, data as V)
  }

  restore(slot: number, name: unknown, old: unknown): void {
    if (name === ALL) {
      const all = old as Seats<K, V>
      this.#maps.set(slot, all)
      this.size += all.size
      return
    }
    const map = this.#maps.get(slot)
    const seat = map?.get(name as K)
    if (map === undefined) return
    if (seat === undefined) {
      if (old === ABSENT) return
      map.putBack(name as K, old as Seat<V>)
      this.size++
    } else if (old === ABSENT) {
      map.remove(name as K)
      this.size--
      if (map.size === 0) this.#maps.delete(slot)
    } else seat.value = old as V
  }

  *#entriesOf(slots: Iterable<number>): Iterable<SlotEntry> {
    for (const slot of slots) {
      const map = this.#maps.get(slot)
      if (map !== undefined) for (const [name, data] of map) yield { slot, name, data }
    }
  }

  #add(slot: number, name: K, value: V): void {
    let map = this.#maps.get(slot)
    if (map === undefined) this.#maps.set(slot, (map = new Seats()))
    map.add(name, value)
    this.size++
  }

  #slot(): number {
    return this.#current.require(this.#name)
  }
}
