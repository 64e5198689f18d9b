import type { KeyValue } from '@millrace/base'
import type { PlacedKeys } from './saved-state.ts'
import type { KeyColumns, StageChanges } from './stage-changes.ts'

/** Nothing tells of a slot, or it has no key. */
export const NOBODY = -1

/** Keys that are read in one go. */
const READ_KEYS = 1000

/** The keys of a stage, as its changes have them. Their values are made anew whenever they are asked for: few of them live at a time. */
export class MergedKeys implements PlacedKeys {
  readonly places: Int32Array
  readonly orders: Float64Array
  /** By slot, which of the changes tells its key; NOBODY where it has none. */
  readonly tellers: Int32Array
  readonly #list: readonly StageChanges[]
  #keys: readonly (readonly KeyValue[])[] | undefined

  constructor(list: readonly StageChanges[], size: number) {
    this.#list = list
    this.tellers = new Int32Array(size).fill(NOBODY)
    this.orders = new Float64Array(size)
    for (const [index, { keys }] of list.entries()) this.#take(keys, index)
    this.places = new Int32Array(size).fill(NOBODY)
    const inOrder = this.#inOrder()
    for (let place = 0; place < inOrder.length; place++) {
      this.places[inOrder[place] as number] = place
    }
  }

  get keys(): readonly (readonly KeyValue[])[] {
    this.#keys ??= this.#toList()
    return this.#keys
  }

  each(visit: (values: readonly KeyValue[], slot: number) => void): void {
    for (const [index, { keys }] of this.#list.entries()) {
      read(keys, (values, slot) => {
        if (values !== null && this.tellers[slot] === index) visit(values, slot)
      })
    }
  }

  #take(keys: KeyColumns, index: number): void {
    const { areGiven, slots } = keys
    const size = this.tellers.length
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number
      if (slot >= size) continue
      this.tellers[slot] = index
      this.orders[slot] = keys.orders[at] as number
    }
    if (areGiven === true) return
    read(keys, (values, slot) => {
      if (values === null && slot < size) this.tellers[slot] = NOBODY
    })
  }

  #toList(): readonly (readonly KeyValue[])[] {
    const keys: (readonly KeyValue[])[] = []
    for (const place of this.places) if (place >= 0) keys.push([])
    this.each((values, slot) => {
      keys[this.places[slot] as number] = values
    })
    return keys
  }

  /** Slots with a key, by what `orders` says of them; most often they stand so already. */
  #inOrder(): Int32Array {
    const { orders } = this
    const slots = new Int32Array(orders.length)
    let count = 0
    let last = Number.NEGATIVE_INFINITY
    let isSorted = true
    for (let slot = 0; slot < orders.length; slot++) {
      if (this.tellers[slot] === NOBODY) continue
      slots[count++] = slot
      const order = orders[slot] as number
      if (order < last) isSorted = false
      last = order
    }
    const given = slots.subarray(0, count)
    if (isSorted) return given
    return given.toSorted((a, b) => (orders[a] as number) - (orders[b] as number))
  }
}

function read(
  { slots, values }: KeyColumns,
  visit: (values: readonly KeyValue[] | null, slot: number) => void,
): void {
  const { length, step = READ_KEYS } = values
  for (let from = 0; from < length; from += step) {
    const some = values.slice(from, Math.min(length, from + step))
    for (let at = 0; at < some.length; at++) {
      visit(some[at] as readonly KeyValue[] | null, slots[from + at] as number)
    }
  }
}
