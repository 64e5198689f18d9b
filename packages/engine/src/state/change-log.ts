import type { TouchedSlots } from './touched-slots.ts'

/** Untouched slots that come along, for each touched one. */
const SWEPT_PER_TOUCHED = 1.5
/** And at least so great a part of all. */
const SWEPT_PART = 16

/** Slots of which a checkpoint says what they have. */
export interface Listed {
  readonly slots: Int32Array
  /** Not 0 for each of them. */
  readonly has: Uint8Array
}

/** One checkpoint's part of the slots. */
export interface LoggedChanges extends Listed {
  readonly number: number
  readonly since: number
}

/** Where the sweep stood when a checkpoint began. */
interface Start {
  readonly number: number
  readonly turn: number
  readonly place: number
}

/**
 * Says which slots a checkpoint tells of: all that were touched, and others in turn. What is older than the last whole turn
 * nobody needs: that takes the place of compaction.
 */
export class ChangeLog {
  readonly #touched: TouchedSlots
  #number = 0
  #turn = 0
  #place = 0
  #starts: Start[] = []

  constructor(touched: TouchedSlots) {
    this.#touched = touched
  }

  /** The next checkpoint of `count` slots. */
  take(count: number): LoggedChanges {
    this.#starts.push({ number: ++this.#number, turn: this.#turn, place: this.#place })
    const has = new Uint8Array(count)
    let listed = 0
    for (let slot = 0; slot < count; slot++) {
      if (!this.#touched.has(slot)) continue
      has[slot] = 1
      listed++
    }
    listed += this.#sweep(has, Math.max(listed * SWEPT_PER_TOUCHED, count / SWEPT_PART))
    const slots = new Int32Array(listed)
    for (let slot = 0, at = 0; at < listed; slot++) if (has[slot] !== 0) slots[at++] = slot
    this.#touched.begin(count)
    while (this.#isCovered(this.#starts[1])) this.#starts.shift()
    return { number: this.#number, since: this.#starts[0]?.number ?? this.#number, slots, has }
  }

  /** Adds up to `most` slots from where the last one ended; how many were not there. */
  #sweep(has: Uint8Array, most: number): number {
    const count = has.length
    let added = 0
    if (count === 0) this.#turn++
    for (let left = Math.min(count, Math.ceil(most)); left > 0; left--) {
      if (this.#place >= count) {
        this.#place = 0
        this.#turn++
      }
      const slot = this.#place++
      if (has[slot] !== 0) continue
      has[slot] = 1
      added++
    }
    return added
  }

  /** Whether all slots have come round since. */
  #isCovered(start: Start | undefined): boolean {
    if (start === undefined) return false
    const turns = this.#turn - start.turn
    return turns > 1 || (turns === 1 && this.#place >= start.place)
  }
}
