import type { Frozen } from './frozen.ts'
import type { Seat } from './seats.ts'

/** Entries of some slots. */
interface Picked<V> {
  readonly slots: Int32Array
  readonly orders: Float64Array
  readonly values: V[]
}

/** An entry per slot, in the order in which slots were first set, also where one that was removed is put back: `Seats` in an array. */
export class SlotSeats<V> {
  /** Without holes, which would make it slow. */
  readonly #seats: (Seat<V> | undefined)[] = []
  #next = 0
  size = 0

  has(slot: number): boolean {
    return this.get(slot) !== undefined
  }

  get(slot: number): Seat<V> | undefined {
    return slot < this.#seats.length ? this.#seats[slot] : undefined
  }

  /** Gives a slot that has nothing a place: the last one where none is said. */
  add(slot: number, value: V, number: number = this.#next): void {
    if (number >= this.#next) this.#next = number + 1
    this.putBack(slot, { value, number })
  }

  remove(slot: number): void {
    if (!this.has(slot)) return
    this.#seats[slot] = undefined
    this.size--
  }

  /** Gives a slot that was removed its old place again. */
  putBack(slot: number, seat: Seat<V>): void {
    while (this.#seats.length <= slot) this.#seats.push(undefined)
    if (this.#seats[slot] === undefined) this.size++
    this.#seats[slot] = seat
  }

  /** Those of `slots` that have something. */
  pick(slots: Int32Array): Picked<V> {
    const found = new Int32Array(slots.length)
    const orders = new Float64Array(slots.length)
    const values: V[] = []
    for (const slot of slots) {
      const seat = this.get(slot)
      if (seat === undefined) continue
      found[values.length] = slot
      orders[values.length] = seat.number
      values.push(seat.value)
    }
    const { length } = values
    return { slots: found.subarray(0, length), orders: orders.subarray(0, length), values }
  }

  /** Those that have something, in order. */
  *slots(): Iterable<number> {
    for (const slot of this.#inOrder()) {
      // It may have been removed since.
      if (this.#seats[slot] !== undefined) yield slot
    }
  }

  /** Lets go of what a slot has, which must be something, but for its place. */
  freeze(slot: number): Frozen {
    const seat = this.#seats[slot] as Seat<V | undefined>
    const { number, value } = seat
    seat.value = undefined
    return [[value], undefined, undefined, number]
  }

  thaw(slot: number, value: V): void {
    const seat = this.#seats[slot] as Seat<V>
    seat.value = value
  }

  #inOrder(): Int32Array {
    const slots = new Int32Array(this.size)
    let count = 0
    let last = -1
    let isSorted = true
    for (let slot = 0; count < slots.length; slot++) {
      const seat = this.#seats[slot]
      if (seat === undefined) continue
      slots[count++] = slot
      if (seat.number < last) isSorted = false
      last = seat.number
    }
    const numberOf = (slot: number): number => this.#seats[slot]?.number ?? 0
    return isSorted ? slots : slots.toSorted((a, b) => numberOf(a) - numberOf(b))
  }
}
