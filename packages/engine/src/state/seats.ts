/** An entry and its place among the others. */
export interface Seat<V> {
  value: V
  /** Grows in the order in which names were first set. */
  readonly number: number
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

  *[Symbol.iterator](): Iterator<readonly [K, V]> {
    if (!this.#isInOrder) {
      this.#seats = new Map([...this.#seats].toSorted(([, a], [, b]) => a.number - b.number))
      this.#isInOrder = true
    }
    for (const [name, { value }] of this.#seats) yield [name, value]
  }
}
