import { NO_SLOT, type CurrentKey } from '../state/current-key.ts'
import type { KeyInterner } from './key.ts'

/** Slots looked at in one turn, and those for each new key beside it: what keeps the table at a few times what is in use. */
const SOME = 64
const PER_KEY = 4

/** What refers to slots. */
export interface Holder {
  /** How many things it has. */
  readonly held: number
  /** Whether it has any of a slot. */
  holds(slot: number): boolean
}

/**
 * Forgets keys to which nothing refers any more. It goes round the slots a few at a time: as fast as it must while new keys come
 * and there are twice as many as the last round left, slowly while most keys have nothing. A key that comes back is read anew, so
 * keys are not forgotten as long as there are few.
 */
export class KeySweep {
  readonly #interner: KeyInterner
  readonly #current: CurrentKey
  readonly #holder: Holder
  readonly #few: () => number
  /** Keys with which a round begins. */
  #most = 0
  /** Slots to look at until the round is over. */
  #left = 0
  #next = 0
  #seen = 0

  /** `few`: as many keys stay whatever they have. */
  constructor(interner: KeyInterner, current: CurrentKey, holder: Holder, few: () => number) {
    this.#interner = interner
    this.#current = current
    this.#holder = holder
    this.#few = few
  }

  /** Goes on: for between records, when nothing can be undone. */
  step(): void {
    const { seen, size } = this.#interner
    const added = seen - this.#seen
    this.#seen = seen
    if (size < this.#few()) return
    if (this.#left === 0 && size >= this.#most) this.#begin()
    if (this.#left > 0) this.#round(SOME + PER_KEY * added)
    else if (this.#holder.held < size / 2) this.#look(SOME)
  }

  /** Forgets all keys that have nothing. */
  finish(): void {
    if (this.#holder.held === 0) this.#forgetAll()
    else this.#look(this.#interner.keys.length)
  }

  #begin(): void {
    if (this.#holder.held === 0) this.#forgetAll()
    else this.#left = this.#interner.keys.length
  }

  #round(count: number): void {
    this.#look(Math.min(count, this.#left))
    this.#left -= Math.min(count, this.#left)
    if (this.#left === 0) this.#most = 2 * this.#interner.size
  }

  #look(count: number): void {
    const { keys } = this.#interner
    for (let left = count; left > 0; left--) {
      if (this.#next >= keys.length) this.#next = 0
      const slot = this.#next++
      if (keys[slot] === undefined || this.#holder.holds(slot)) continue
      this.#interner.forget(slot)
      if (this.#current.slot === slot) this.#current.slot = NO_SLOT
    }
  }

  #forgetAll(): void {
    this.#interner.forgetAll()
    this.#current.slot = NO_SLOT
    this.#most = 0
    this.#left = 0
  }
}
