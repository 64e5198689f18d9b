import type { Key } from '@millrace/sdk'
import { ENG_NO_KEY } from '../errors.ts'
import { KeyOrder } from './key-order.ts'
import { TouchedSlots } from './touched-slots.ts'

/** Slot of the only key of a stage without `by`. */
export const ONLY_SLOT = 0
/** No record is in hand. */
export const NO_SLOT = -1

/** The key that state handles follow. */
export class CurrentKey {
  slot: number = ONLY_SLOT
  readonly #keys: readonly (Key | undefined)[]
  /** In which the stage first saw its keys. */
  readonly order: KeyOrder
  /** To be told of keys that are not those of the record in hand. */
  readonly touched: TouchedSlots

  constructor(
    keys: readonly (Key | undefined)[],
    order: KeyOrder = new KeyOrder(),
    touched: TouchedSlots = new TouchedSlots(),
  ) {
    this.#keys = keys
    this.order = order
    this.touched = touched
  }

  /** Of a stage with these keys, or of one without. */
  static of(keyed?: {
    readonly keys: readonly (Key | undefined)[]
    readonly order: KeyOrder
    readonly touched: TouchedSlots
  }): CurrentKey {
    return keyed === undefined
      ? new CurrentKey([])
      : new CurrentKey(keyed.keys, keyed.order, keyed.touched)
  }

  key(slot: number): Key | undefined {
    return this.#keys[slot]
  }

  /** The slot in hand; throws ENG_NO_KEY outside a record of a keyed stage. */
  require(name: string): number {
    if (this.slot === NO_SLOT) throw ENG_NO_KEY({ name })
    return this.slot
  }

  /** Hands out entries by key; while one is in hand, state follows its key. */
  follow<T>(entries: Iterable<readonly [number, T]>): Iterable<readonly [Key | undefined, T]> {
    return { [Symbol.iterator]: () => new Followed(this, entries[Symbol.iterator]()) }
  }

  /** Slots one by one, so that what handles keep for each can be read while it is in hand. */
  *pass(slots: Iterable<number>): Iterable<number> {
    for (const slot of slots) {
      const mark = this.touched.pass(slot)
      try {
        yield slot
      } finally {
        this.touched.passed(slot, mark)
      }
    }
  }
}

type Entry<T> = readonly [Key | undefined, T]

/** Entries of which each is in hand until the next one is asked for. No generator: these take twice as long. */
class Followed<T> implements Iterator<Entry<T>, undefined> {
  readonly #current: CurrentKey
  readonly #entries: Iterator<readonly [number, T]>
  /** What was in hand before the first. */
  #before = NO_SLOT
  #isBegun = false
  #slot = NO_SLOT
  #mark = 0

  constructor(current: CurrentKey, entries: Iterator<readonly [number, T]>) {
    this.#current = current
    this.#entries = entries
  }

  next(): IteratorResult<Entry<T>, undefined> {
    const current = this.#current
    if (this.#isBegun) this.#pass()
    else {
      this.#isBegun = true
      this.#before = current.slot
    }
    const step = this.#entries.next()
    if (step.done === true) return this.#end()
    const [slot, value] = step.value
    this.#slot = slot
    current.slot = slot
    current.touched.mark(slot)
    this.#mark = current.touched.pass(slot)
    return { done: false, value: [current.key(slot), value] }
  }

  return(): IteratorResult<Entry<T>, undefined> {
    this.#pass()
    this.#entries.return?.()
    return this.#isBegun ? this.#end() : over
  }

  #pass(): void {
    if (this.#slot !== NO_SLOT) this.#current.touched.passed(this.#slot, this.#mark)
    this.#slot = NO_SLOT
  }

  #end(): IteratorResult<Entry<T>, undefined> {
    this.#current.slot = this.#before
    return over
  }
}

const over = { done: true, value: undefined } as const
