import { Tellers } from './tellers.ts'
import type { TouchedSlots } from './touched-slots.ts'

/** At least such a part of all slots is told again where any is, or else as many as were touched. */
const RETOLD_PART = 16
/** So many slots may be told of, for each that there is. */
const TOLD_PER_SLOT = 2
/** And when the oldest checkpoint goes. */
const TOLD_PER_SLOT_MAX = 2.75
/** Checkpoints that may be needed. */
const NEEDED_MAX = 64

/** Slots of which a checkpoint says what they have. */
export interface Listed {
  readonly slots: Int32Array
  /** Not 0 for each of them. */
  readonly has: Uint8Array
  /** Those whose keys it says: new ones, and others whose keys would else be lost with what is old. */
  readonly named: Int32Array
}

/** One checkpoint's part of the slots. */
export interface LoggedChanges extends Listed {
  readonly number: number
  readonly since: number
}

/** Checkpoints that are still needed, and who of them has the last word. */
export interface Trail {
  /** The number of the oldest one. */
  readonly since: number
  /** Slots that each tells of. */
  readonly told: readonly number[]
  /** By slot, which of them said last what it has; negative: none. */
  readonly states: Int32Array
  /** The same for its key. */
  readonly keys: Int32Array
}

/**
 * Says which slots a checkpoint tells of: all that were touched, and some of which nothing was said since the oldest checkpoint that is
 * still needed, so that this one can go: that takes the place of compaction.
 */
export class ChangeLog {
  readonly #touched: TouchedSlots
  readonly #renamed: TouchedSlots
  readonly #states = new Tellers()
  readonly #keys = new Tellers()
  #number = 0
  /** Slots that checkpoints tell of that are still needed, from the oldest one on. */
  #told: number[] = []

  /**
   * `renamed`: slots that were given to another key, or to none. `trail`: checkpoints of an earlier run, which the next one follows.
   * Default: there are none, and the next one is whole.
   */
  constructor(touched: TouchedSlots, renamed: TouchedSlots, trail?: Trail) {
    this.#touched = touched
    this.#renamed = renamed
    if (trail === undefined) return
    const { keys, since, states, told } = trail
    this.#number = since + told.length - 1
    this.#told = [...told]
    this.#states.goOn(since, told.length, states)
    this.#keys.goOn(since, told.length, keys)
  }

  /** The next checkpoint of `count` slots. */
  take(count: number): LoggedChanges {
    const number = ++this.#number
    const has = this.#touched.take(count)
    const names = this.#renamed.take(count)
    this.#states.begin(count)
    this.#keys.begin(count)
    const touched = this.#states.tell(has)
    const renamed = this.#keys.tell(names)
    this.#told.push(touched)
    const { named, states } = this.#clean(has, names, Math.max(touched, count / RETOLD_PART))
    return {
      number,
      since: number - this.#told.length + 1,
      has,
      slots: slotsOf(has, touched + states),
      named: slotsOf(names, renamed + named),
    }
  }

  /** Tells again up to `most` slots of the oldest checkpoints, and as many keys; how many these were. */
  #clean(
    has: Uint8Array,
    names: Uint8Array,
    most: number,
  ): { readonly states: number; readonly named: number } {
    const limit = Math.ceil(most)
    let states = 0
    let named = 0
    this.#drop()
    while (this.#isLong(has.length)) {
      const some = this.#states.retell(has, limit - states)
      this.#told.push((this.#told.pop() ?? 0) + some)
      states += some
      named += this.#keys.retell(names, limit - named)
      // What is left of it has to wait for the next one.
      if (this.#isNeeded) break
      this.#drop()
    }
    return { states, named }
  }

  /** Whether the oldest checkpoint has the last word of anything, or is the only one. */
  get #isNeeded(): boolean {
    return this.#told.length === 1 || this.#states.left > 0 || this.#keys.left > 0
  }

  #drop(): void {
    while (!this.#isNeeded) {
      this.#told.shift()
      this.#states.drop()
      this.#keys.drop()
    }
  }

  /** Whether too much is told of `count` slots, or would be by the time when the oldest checkpoint goes. */
  #isLong(count: number): boolean {
    const { length } = this.#told
    if (length === 1) return false
    const told = this.#told.reduce((sum, some) => sum + some, 0)
    // One slot is told again for each that is touched.
    const until = Math.max(2 * this.#states.left, this.#keys.left)
    return (
      length > NEEDED_MAX ||
      told > TOLD_PER_SLOT * count ||
      told + until > TOLD_PER_SLOT_MAX * count
    )
  }
}

/** Those that are not 0, of which there are so many. */
function slotsOf(has: Uint8Array, count: number): Int32Array {
  const slots = new Int32Array(count)
  if (count === has.length) {
    // Most of all in the first checkpoint of a run: there may be millions, and the code is as cold as can be.
    for (let slot = 0; slot < count; slot++) slots[slot] = slot
    return slots
  }
  const words = new Int32Array(has.buffer, has.byteOffset, has.length >> 2)
  for (let slot = 0, at = 0; at < count; slot++) {
    if ((slot & 3) === 0 && words[slot >> 2] === 0) slot += 3
    else if (has[slot] !== 0) slots[at++] = slot
  }
  return slots
}
