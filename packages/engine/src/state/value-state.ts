import type { Key, ValueState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import type { SlotEntry } from './saved-state.ts'
import type { Store } from './store.ts'

/** One immutable value per key. */
export class HeapValue<T> implements ValueState<T>, Undoable, Store {
  readonly #name: string
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #values = new Map<number, T>()
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
    const value = this.#values.get(slot)
    return value === undefined && !this.#values.has(slot) ? this.initial() : (value as T)
  }

  set(value: T): void {
    const slot = this.slot()
    this.#remember(slot)
    this.#values.set(slot, value)
  }

  clear(): void {
    const slot = this.slot()
    this.#remember(slot)
    this.#values.delete(slot)
  }

  entries(): Iterable<readonly [Key | undefined, T]> {
    return this.#current.follow(this.#values)
  }

  *save(): Iterable<SlotEntry> {
    for (const [slot, data] of this.#values) yield { slot, data }
  }

  load({ data, slot }: SlotEntry): void {
    this.#values.set(slot, data as T)
  }

  restore(slot: number, _name: unknown, old: unknown): void {
    if (old === ABSENT) this.#values.delete(slot)
    else this.#values.set(slot, old as T)
  }

  #remember(slot: number): void {
    const old = this.#values.get(slot)
    const absent = old === undefined && !this.#values.has(slot)
    this.#journal.remember(this, slot, undefined, absent ? ABSENT : old)
  }
}
