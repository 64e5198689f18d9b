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
  *follow<T>(entries: Iterable<readonly [number, T]>): Iterable<readonly [Key | undefined, T]> {
    const before = this.slot
    try {
      for (const [slot, value] of entries) {
        this.slot = slot
        this.touched.mark(slot)
        const mark = this.touched.pass(slot)
        try {
          yield [this.key(slot), value]
        } finally {
          this.touched.passed(slot, mark)
        }
      }
    } finally {
      this.slot = before
    }
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
