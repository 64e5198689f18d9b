type Order = Uint16Array | Uint32Array

const noNumbers = new Float64Array(0)
const noOrder = new Uint16Array(0)

/**
 * The last numbers of a stream, in order of their size. Finds in O(log n), adds in O(n) of moved memory. Memory: 10 bytes for each number
 * (12 where more than 65,536 are kept), made as numbers come.
 */
export class SortedWindow {
  readonly #length: number
  /** Around in the order in which they came. */
  #numbers = noNumbers
  /** Places of the numbers in order of their size, equal ones in the order in which they came. */
  #order: Order = noOrder
  #size = 0
  /** Where the oldest one is, once it is full. */
  #oldest = 0

  constructor(length: number) {
    this.#length = length
  }

  get size(): number {
    return this.#size
  }

  /** The smallest is at 0. */
  at(rank: number): number {
    return this.#numbers[this.#order[rank] as number] as number
  }

  /** How many of them are smaller. */
  countBelow(value: number): number {
    const numbers = this.#numbers
    const order = this.#order
    let low = 0
    let high = this.#size
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((numbers[order[middle] as number] as number) < value) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Adds a number that is not NaN; the oldest one goes when it is full. */
  add(value: number): void {
    if (this.#size === this.#length) this.#replace(value)
    else this.#append(value)
  }

  /** A copy, the oldest first. */
  toArray(): Float64Array {
    const array = new Float64Array(this.#size)
    const older = this.#numbers.subarray(this.#oldest, this.#size)
    array.set(older)
    array.set(this.#numbers.subarray(0, this.#oldest), older.length)
    return array
  }

  /** A copy, the smallest first. */
  toSorted(): Float64Array {
    return this.#numbers.subarray(0, this.#size).toSorted()
  }

  /** Forgets what it has for these, the oldest first; no more of them than its length. */
  fill(numbers: Float64Array): void {
    this.#size = 0
    this.#oldest = 0
    this.#numbers = noNumbers
    this.#order = noOrder
    for (const number of numbers) this.#append(number)
  }

  /** How many of them are no larger. */
  #countTo(value: number): number {
    const numbers = this.#numbers
    const order = this.#order
    let low = 0
    let high = this.#size
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((numbers[order[middle] as number] as number) <= value) low = middle + 1
      else high = middle
    }
    return low
  }

  #append(value: number): void {
    if (this.#size === this.#numbers.length) this.#grow()
    const to = this.#countTo(value)
    this.#order.copyWithin(to + 1, to, this.#size)
    this.#order[to] = this.#size
    this.#numbers[this.#size++] = value
  }

  #replace(value: number): void {
    const place = this.#oldest
    const order = this.#order
    const from = this.countBelow(this.#numbers[place] as number)
    const to = this.#countTo(value)
    if (to > from) {
      order.copyWithin(from, from + 1, to)
      order[to - 1] = place
    } else {
      order.copyWithin(to + 1, to, from)
      order[to] = place
    }
    this.#numbers[place] = value
    this.#oldest = place + 1 === this.#length ? 0 : place + 1
  }

  #grow(): void {
    const length = Math.min(this.#length, Math.max(16, 2 * this.#numbers.length))
    const numbers = new Float64Array(length)
    const order = this.#length > 65_536 ? new Uint32Array(length) : new Uint16Array(length)
    numbers.set(this.#numbers)
    order.set(this.#order)
    this.#numbers = numbers
    this.#order = order
  }
}
