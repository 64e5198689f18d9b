import type { Key, ValueState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import type { Frozen } from './frozen.ts'
import type { SpillableStore } from './spillable-store.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import type { SlotEntry } from './saved-state.ts'
import type { Seat } from './seats.ts'
import { SlotSeats } from './slot-seats.ts'
import type { EntryColumns } from './stage-changes.ts'

/** One immutable value per key. */
export class HeapValue<T> implements ValueState<T>, Undoable, SpillableStore {
  readonly #name: string
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #values = new SlotSeats<T>()
  readonly initial: () => T

  constructor(name: string, current: CurrentKey, journal: Journal, initial: () => T) {
    this.#name = name
    this.#current = current
    this.#journal = journal
    this.initial = initial
  }

  get size(): number {
    return this.#values.size
  }

  /** The slot in hand; throws ENG_NO_KEY where there is none. */
  slot(): number {
    return this.#current.require(this.#name)
  }

  holds(slot: number): boolean {
    return this.#values.has(slot)
  }

  get(): T {
    const slot = this.slot()
    return this.#values.has(slot) ? this.#values.value(slot) : this.initial()
  }

  set(value: T): void {
    const slot = this.slot()
    if (this.#values.has(slot)) {
      this.#journal.remember(this, slot, undefined, this.#values.value(slot))
      this.#values.set(slot, value)
    } else {
      this.#journal.remember(this, slot, undefined, ABSENT)
      this.#values.add(slot, value)
    }
  }

  clear(): void {
    const slot = this.slot()
    if (!this.#values.has(slot)) return
    this.#journal.remember(this, slot, undefined, this.#values.take(slot))
  }

  entries(): Iterable<readonly [Key | undefined, T]> {
    return this.#current.follow(this.#all())
  }

  *save(): Iterable<SlotEntry> {
    for (const [slot, data] of this.#all()) yield { slot, data }
  }

  freeze(slot: number): Frozen {
    return this.#values.freeze(slot)
  }

  thaw(slot: number, [[value]]: Frozen): void {
    this.#values.thaw(slot, value as T)
  }

  capture(slots: Int32Array): EntryColumns {
    const { values: data, ...columns } = this.#values.pick(slots)
    return { ...columns, data }
  }

  load({ data, order, slot }: SlotEntry): void {
    this.#values.add(slot, data as T, order)
  }

  restore(slot: number, _name: unknown, old: unknown): void {
    if (old === ABSENT) this.#values.remove(slot)
    else if (this.#values.has(slot)) this.#values.set(slot, old as T)
    else this.#values.putBack(slot, old as Seat<T>)
  }

  *#all(): Iterable<readonly [number, T]> {
    for (const slot of this.#current.pass(this.#values.slots())) {
      yield [slot, this.#values.value(slot)]
    }
  }
}
