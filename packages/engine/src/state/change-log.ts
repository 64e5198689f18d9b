import type { TouchedSlots } from './touched-slots.ts'

/** Untouched slots that come along, for each touched one. */
const SWEPT_PER_TOUCHED = 1
/** And at least so great a part of all. */
const SWEPT_PART = 16

/** Slots of which a checkpoint says what they have. */
export interface Listed {
  readonly slots: Int32Array
  /** Not 0 for each of them. */
  readonly has: Uint8Array
  /** Those of them whose keys it says, too: new ones, and others in turn. */
  readonly named: Int32Array
}

// Why a slot is listed.
const TOUCHED = 1
const SWEPT = 2
const NAMED = 4

/** One checkpoint's part of the slots. */
export interface LoggedChanges extends Listed {
  readonly number: number
  readonly since: number
  readonly swept: Swept
}

/** Where the sweep stood behind a checkpoint, or in front of one. */
export interface Swept {
  readonly turn: number
  readonly place: number
}

/** A checkpoint that is still needed, and where the sweep stood behind it. */
export interface TrailStep extends Swept {
  readonly number: number
}

/**
 * Says which slots a checkpoint tells of: all that were touched, and others in turn. What is older than the last whole turn
 * nobody needs: that takes the place of compaction.
 */
export class ChangeLog {
  readonly #touched: TouchedSlots
  readonly #renamed: TouchedSlots
  #number = 0
  #turn = 0
  #place = 0
  /** Of checkpoints that are still needed, where the sweep stood in front of each. */
  #starts: TrailStep[] = []

  /**
   * `renamed`: slots that were given to another key, or to none. `trail`: those of an earlier run that are still needed, in order; the
   * next one follows them. Default: there are none, and the next one is whole.
   */
  constructor(touched: TouchedSlots, renamed: TouchedSlots, trail: readonly TrailStep[] = []) {
    this.#touched = touched
    this.#renamed = renamed
    const last = trail.at(-1)
    if (last === undefined) return
    this.#number = last.number
    this.#turn = last.turn
    this.#place = last.place
    // Where the first one began nobody asks.
    this.#starts = trail.map((step, at) => ({ ...(trail[at - 1] ?? step), number: step.number }))
  }

  /** The next checkpoint of `count` slots. */
  take(count: number): LoggedChanges {
    this.#starts.push({ number: ++this.#number, turn: this.#turn, place: this.#place })
    if (this.#number === 1) return this.#whole(count)
    const has = new Uint8Array(count)
    let listed = this.#touched.writeTo(has, TOUCHED)
    listed += this.#sweep(has, Math.max(listed * SWEPT_PER_TOUCHED, count / SWEPT_PART))
    listed += this.#renamed.writeTo(has, NAMED)
    const slots = new Int32Array(listed)
    const named = new Int32Array(listed)
    let names = 0
    for (let slot = 0, at = 0; at < listed; slot++) {
      const why = has[slot] as number
      if (why === 0) continue
      slots[at++] = slot
      if (why > TOUCHED) named[names++] = slot
    }
    while (this.#isCovered(this.#starts[1])) this.#starts.shift()
    const since = this.#starts[0]?.number ?? this.#number
    const swept = { turn: this.#turn, place: this.#place }
    return { number: this.#number, since, swept, slots, has, named: named.subarray(0, names) }
  }

  /** The first one: the code is as cold as can be, and there may be millions of slots. */
  #whole(count: number): LoggedChanges {
    this.#touched.settle(count)
    this.#renamed.settle(count)
    this.#place = count
    const slots = new Int32Array(count)
    for (let slot = 0; slot < count; slot++) slots[slot] = slot
    const has = new Uint8Array(count).fill(TOUCHED)
    const swept = { turn: this.#turn, place: this.#place }
    return { number: 1, since: 1, swept, slots, has, named: slots }
  }

  /** Adds up to `most` slots from where the last one ended; how many were not there. */
  #sweep(has: Uint8Array, most: number): number {
    const count = has.length
    if (count === 0) this.#turn++
    let added = 0
    let place = this.#place
    for (let left = Math.min(count, Math.ceil(most)); left > 0; left--) {
      if (place >= count) {
        place = 0
        this.#turn++
      }
      const why = has[place] as number
      if (why === 0) added++
      has[place++] = why | SWEPT
    }
    this.#place = place
    return added
  }

  /** Whether all slots have come round since. */
  #isCovered(start: Swept | undefined): boolean {
    if (start === undefined) return false
    const turns = this.#turn - start.turn
    return turns > 1 || (turns === 1 && this.#place >= start.place)
  }
}
