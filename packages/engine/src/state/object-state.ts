import { copyData } from '@millrace/base'
import type { Key, ObjectOptions, ObjectState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import type { Frozen } from './frozen.ts'
import type { SpillableStore } from './spillable-store.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import { OutgoingObjects } from './outgoing-objects.ts'
import type { SlotEntry } from './saved-state.ts'
import type { Seat } from './seats.ts'
import { SlotSeats } from './slot-seats.ts'
import type { EntryColumns } from './stage-changes.ts'

/** An object per key, changed in place. Only making and clearing one can be undone. */
export class HeapObject<T> implements ObjectState<T>, Undoable, SpillableStore {
  readonly #name: string
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #objects = new SlotSeats<T>()
  readonly #options: ObjectOptions<T>
  #outgoing: OutgoingObjects<T> | undefined

  constructor(name: string, current: CurrentKey, journal: Journal, options: ObjectOptions<T>) {
    this.#name = name
    this.#current = current
    this.#journal = journal
    this.#options = options
  }

  get size(): number {
    return this.#objects.size
  }

  get(): T {
    const slot = this.#current.require(this.#name)
    if (this.#objects.has(slot)) {
      this.#outgoing?.keep(slot)
      return this.#objects.value(slot)
    }
    const made = this.#options.create()
    this.#objects.add(slot, made)
    this.#journal.remember(this, slot, undefined, ABSENT)
    return made
  }

  clear(): void {
    const slot = this.#current.require(this.#name)
    if (!this.#objects.has(slot)) return
    this.#journal.remember(this, slot, undefined, this.#objects.take(slot))
  }

  entries(): Iterable<readonly [Key | undefined, T]> {
    return this.#current.follow(this.#all())
  }

  holds(slot: number): boolean {
    return this.#objects.has(slot)
  }

  *save(): Iterable<SlotEntry> {
    const { snapshot = copyData } = this.#options
    for (const slot of this.#current.pass(this.#objects.slots())) {
      yield { slot, data: snapshot(this.#objects.value(slot)) }
    }
  }

  freeze(slot: number): Frozen {
    const [[object], ...rest] = this.#objects.freeze(slot)
    const { snapshot } = this.#options
    // What is written down at once needs no copy.
    return [[snapshot === undefined ? object : snapshot(object as T)], ...rest]
  }

  thaw(slot: number, [[data]]: Frozen): void {
    const { restore } = this.#options
    this.#objects.thaw(slot, restore === undefined ? (data as T) : restore(data))
  }

  capture(slots: Int32Array): EntryColumns {
    // Whoever has not read the last ones by now may do so later.
    this.#outgoing?.keepAll()
    const { values, ...columns } = this.#objects.pick(slots)
    const { snapshot: copy = copyData } = this.#options
    // What is written down at once needs no copy.
    const show = this.#options.snapshot ?? ((object: T): unknown => object)
    this.#outgoing = new OutgoingObjects(columns.slots, values, { copy, show })
    return { ...columns, data: this.#outgoing }
  }

  load({ data, isOwn, order, slot }: SlotEntry): void {
    const own = isOwn === true ? data : copyData(data)
    const { restore } = this.#options
    this.#objects.add(slot, restore === undefined ? (own as T) : restore(own), order)
  }

  restore(slot: number, _name: unknown, old: unknown): void {
    if (old === ABSENT) this.#objects.remove(slot)
    else this.#objects.putBack(slot, old as Seat<T>)
  }

  *#all(): Iterable<readonly [number, T]> {
    for (const slot of this.#current.pass(this.#objects.slots())) {
      this.#outgoing?.keep(slot)
      yield [slot, this.#objects.value(slot)]
    }
  }
}
