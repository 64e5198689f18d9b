import type { Key, ObjectState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import type { Store } from './store.ts'

/** An object per key, changed in place. Only making and clearing one can be undone. */
export class HeapObject<T> implements ObjectState<T>, Undoable, Store {
  readonly #name: string
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #objects = new Map<number, T>()
  readonly #create: () => T

  constructor(name: string, current: CurrentKey, journal: Journal, create: () => T) {
    this.#name = name
    this.#current = current
    this.#journal = journal
    this.#create = create
  }

  get size(): number {
    return this.#objects.size
  }

  get(): T {
    const slot = this.#current.require(this.#name)
    const known = this.#objects.get(slot)
    if (known !== undefined) return known
    const made = this.#create()
    this.#objects.set(slot, made)
    this.#journal.remember(this, slot, undefined, ABSENT)
    return made
  }

  clear(): void {
    const slot = this.#current.require(this.#name)
    const old = this.#objects.get(slot)
    if (old === undefined) return
    this.#journal.remember(this, slot, undefined, old)
    this.#objects.delete(slot)
  }

  entries(): Iterable<readonly [Key | undefined, T]> {
    return this.#current.follow(this.#objects)
  }

  restore(slot: number, _name: unknown, old: unknown): void {
    if (old === ABSENT) this.#objects.delete(slot)
    else this.#objects.set(slot, old as T)
  }
}
