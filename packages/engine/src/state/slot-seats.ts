import type { Frozen } from './frozen.ts'
import type { Seat } from './seats.ts'
import { isRun } from './slot-run.ts'

const firstSlots = 16
const NONE = -1

/** Entries of some slots. */
interface Picked<V> {
  readonly slots: Int32Array
  readonly orders: Float64Array
  readonly values: V[]
}

/**
 * An entry per slot, in the order in which slots were first set, also where one that was removed is put back: `Seats` in two columns, as
 * an object for each slot would be one more thing to make, to keep and to go by.
 */
export class SlotSeats<V> {
  /** Without holes, which would make it slow. */
  readonly #values: (V | undefined)[] = []
  /** NONE without an entry. */
  #numbers = new Float64Array(firstSlots).fill(NONE)
  #next = 0
  size = 0

  has(slot: number): boolean {
    // Behind the end there is nothing, which is no number.
    return (this.#numbers[slot] as number) >= 0
  }

  /** What a slot has, which must be something. */
  value(slot: number): V {
    return this.#values[slot] as V
  }

  /** Changes what a slot has, which must be something. */
  set(slot: number, value: V): void {
    this.#values[slot] = value
  }

  /** Gives a slot that has nothing a place: the last one where none is said. */
  add(slot: number, value: V, number: number = this.#next): void {
    if (number >= this.#next) this.#next = number + 1
    if (slot >= this.#numbers.length) this.#grow(slot)
    while (this.#values.length <= slot) this.#values.push(undefined)
    if (!this.has(slot)) this.size++
    this.#values[slot] = value
    this.#numbers[slot] = number
  }

  /** Takes out what a slot has, if anything. */
  remove(slot: number): void {
    if (!this.has(slot)) return
    this.#values[slot] = undefined
    this.#numbers[slot] = NONE
    this.size--
  }

  /** The same of something, which can be put back. */
  take(slot: number): Seat<V> {
    const seat = { value: this.value(slot), number: this.#numbers[slot] as number }
    this.remove(slot)
    return seat
  }

  /** Gives a slot what was taken from it, in its old place. */
  putBack(slot: number, { number, value }: Seat<V>): void {
    this.add(slot, value, number)
  }

  /** Those of `slots` that have something. */
  pick(slots: Int32Array): Picked<V> {
    const [first = 0] = slots
    const last = first + slots.length
    // Many at once, most of all in the first checkpoint of a run: nothing is read one by one.
    if (isRun(slots) && last <= this.#values.length) {
      const orders = this.#numbers.slice(first, last)
      if (!orders.includes(NONE)) {
        return { slots, orders, values: this.#values.slice(first, last) as V[] }
      }
    }
    const found = new Int32Array(slots.length)
    const orders = new Float64Array(slots.length)
    const values: V[] = []
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number
      if (!this.has(slot)) continue
      found[values.length] = slot
      orders[values.length] = this.#numbers[slot] as number
      values.push(this.value(slot))
    }
    const { length } = values
    return { slots: found.subarray(0, length), orders: orders.subarray(0, length), values }
  }

  /** Those that have something, in order. */
  *slots(): Iterable<number> {
    for (const slot of this.#inOrder()) {
      // It may have been removed since.
      if (this.has(slot)) yield slot
    }
  }

  /** Lets go of what a slot has, which must be something, but for its place. */
  freeze(slot: number): Frozen {
    const value = this.value(slot)
    this.#values[slot] = undefined
    return [[value], undefined, undefined, this.#numbers[slot]]
  }

  thaw(slot: number, value: V): void {
    this.#values[slot] = value
  }

  #inOrder(): Int32Array {
    const numbers = this.#numbers
    const slots = new Int32Array(this.size)
    let count = 0
    let last = NONE
    let isSorted = true
    for (let slot = 0; count < slots.length; slot++) {
      const number = numbers[slot] as number
      if (number === NONE) continue
      slots[count++] = slot
      if (number < last) isSorted = false
      last = number
    }
    if (isSorted) return slots
    return slots.toSorted((a, b) => (numbers[a] as number) - (numbers[b] as number))
  }

  #grow(slot: number): void {
    const numbers = new Float64Array(Math.max(slot + 1, 2 * this.#numbers.length)).fill(NONE)
    numbers.set(this.#numbers)
    this.#numbers = numbers
  }
}
