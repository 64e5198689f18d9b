import { NO_SLOT, type CurrentKey } from '../state/current-key.ts'
import type { KeyInterner } from './key.ts'

/**
 * Records between two turns. Where a turn comes is a matter of how many records came, and not of the batches they came in, for
 * the order of the keys depends on which of them are forgotten.
 */
export const RECORDS_PER_TURN = 1024
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
  /** Keys seen at the last turn, where there were many. */
  #seen: number | undefined
  /** Records since the last turn; a turn is due in front of the next one where `#isDue`. */
  #records = 0
  #isDue = false

  /** `few`: as many keys stay whatever they have. */
  constructor(interner: KeyInterner, current: CurrentKey, holder: Holder, few: () => number) {
    this.#interner = interner
    this.#current = current
    this.#holder = holder
    this.#few = few
  }

  /** A record comes. For between two records, when nothing can be undone. */
  next(): void {
    if (this.#isDue) this.#turn()
    this.took(1)
  }

  /** How many of the `count` records that come may be taken in one go. For between two records, when nothing can be undone. */
  room(count: number): number {
    if (this.#isDue) this.#turn()
    const left = RECORDS_PER_TURN - this.#records
    // A turn that finds few keys does nothing, so it may be left out.
    const isTurn = this.#seen !== undefined || this.#interner.size + left >= this.#few()
    return isTurn && left < count ? left : count
  }

  /** Records of a go were taken. */
  took(count: number): void {
    this.#records = (this.#records + count) % RECORDS_PER_TURN
    this.#isDue = this.#records === 0
  }

  /** Forgets all keys that have nothing. */
  finish(): void {
    if (this.#holder.held === 0) this.#forgetAll()
    else this.#look(this.#interner.keys.length)
  }

  #turn(): void {
    this.#isDue = false
    const { seen, size } = this.#interner
    const added = seen - (this.#seen ?? seen)
    const isFew = size < this.#few()
    this.#seen = isFew ? undefined : seen
    if (isFew) return
    if (this.#left === 0 && size >= this.#most) this.#begin()
    if (this.#left > 0) this.#round(SOME + PER_KEY * added)
    else if (this.#holder.held < size / 2) this.#look(SOME)
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
