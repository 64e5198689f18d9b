/** An entry and its place among the others. */
export interface Seat<V> {
  value: V
  /** Grows in the order in which names were first set. */
  readonly number: number
}

/** Some entries and their places. */
export interface Picked<V> {
  readonly names: Int32Array
  readonly orders: Float64Array
  readonly values: V[]
}

/** A map that keeps the order in which its names were first set, also where one that was removed is put back. */
export class Seats<K, V> {
  #seats = new Map<K, Seat<V>>()
  #next = 0
  #isInOrder = true

  get size(): number {
    return this.#seats.size
  }

  has(name: K): boolean {
    return this.#seats.has(name)
  }

  get(name: K): Seat<V> | undefined {
    return this.#seats.get(name)
  }

  /** Gives a name that is not there the last place. */
  add(name: K, value: V): void {
    this.#seats.set(name, { value, number: this.#next++ })
  }

  remove(name: K): void {
    this.#seats.delete(name)
  }

  /** Gives a name that was removed its old place again. */
  putBack(name: K, seat: Seat<V>): void {
    this.#seats.set(name, seat)
    this.#isInOrder = false
  }

  /** Those of `names` that are there. */
  pick(this: Seats<number, V>, names: Int32Array): Picked<V> {
    const found = new Int32Array(names.length)
    const orders = new Float64Array(names.length)
    const values: V[] = []
    for (const name of names) {
      const seat = this.get(name)
      if (seat === undefined) continue
      found[values.length] = name
      orders[values.length] = seat.number
      values.push(seat.value)
    }
    const { length } = values
    return { names: found.subarray(0, length), orders: orders.subarray(0, length), values }
  }

  *[Symbol.iterator](): Iterator<readonly [K, V]> {
    if (!this.#isInOrder) {
      this.#seats = new Map([...this.#seats].toSorted(([, a], [, b]) => a.number - b.number))
      this.#isInOrder = true
    }
    for (const [name, { value }] of this.#seats) yield [name, value]
  }
}
