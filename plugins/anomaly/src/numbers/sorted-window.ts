type Numbers = Float32Array | Float64Array

/**
 * The last numbers of a stream, in order of their size. Finds in O(log n), adds in O(n) of moved memory. `single` keeps them rounded
 * to 32 bits, in half the memory. Grows to its length as numbers come.
 */
export class SortedWindow {
  readonly #length: number
  readonly #single: boolean
  #ring: Numbers
  #sorted: Numbers
  #size = 0
  /** Where the oldest one is, once it is full. */
  #oldest = 0

  constructor(length: number, { single = false }: { readonly single?: boolean } = {}) {
    this.#length = length
    this.#single = single
    this.#ring = this.#make(Math.min(length, 16))
    this.#sorted = this.#make(this.#ring.length)
  }

  get size(): number {
    return this.#size
  }

  /** The smallest is at 0. */
  at(rank: number): number {
    return this.#sorted[rank] as number
  }

  /** How many of them are smaller. */
  countBelow(value: number): number {
    const sorted = this.#sorted
    let low = 0
    let high = this.#size
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((sorted[middle] as number) < value) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Adds a number that is not NaN; the oldest one goes when it is full. */
  add(value: number): void {
    const kept = this.#single ? Math.fround(value) : value
    if (this.#size === this.#length) this.#replace(kept)
    else this.#append(kept)
  }

  /** A copy, the oldest first. */
  toArray(): Numbers {
    const array = this.#make(this.#size)
    const older = this.#ring.subarray(this.#oldest, this.#size)
    array.set(older)
    array.set(this.#ring.subarray(0, this.#oldest), older.length)
    return array
  }

  /** Forgets what it has for these, the oldest first; no more of them than its length. */
  fill(numbers: Numbers): void {
    this.#size = numbers.length
    this.#oldest = 0
    this.#ring = this.#make(Math.max(numbers.length, Math.min(this.#length, 16)))
    this.#ring.set(numbers)
    this.#sorted = this.#ring.slice()
    this.#sorted.subarray(0, this.#size).sort()
  }

  #make(length: number): Numbers {
    return this.#single ? new Float32Array(length) : new Float64Array(length)
  }

  #append(value: number): void {
    if (this.#size === this.#ring.length) this.#grow()
    const to = this.countBelow(value)
    this.#sorted.copyWithin(to + 1, to, this.#size)
    this.#sorted[to] = value
    this.#ring[this.#size++] = value
  }

  #replace(value: number): void {
    const from = this.countBelow(this.#ring[this.#oldest] as number)
    const below = this.countBelow(value)
    this.#ring[this.#oldest] = value
    this.#oldest = this.#oldest + 1 === this.#length ? 0 : this.#oldest + 1
    if (below > from) {
      this.#sorted.copyWithin(from, from + 1, below)
      this.#sorted[below - 1] = value
    } else {
      this.#sorted.copyWithin(below + 1, below, from)
      this.#sorted[below] = value
    }
  }

  #grow(): void {
    const length = Math.min(this.#length, 2 * this.#ring.length)
    const [ring, sorted] = [this.#make(length), this.#make(length)]
    ring.set(this.#ring)
    sorted.set(this.#sorted)
    this.#ring = ring
    this.#sorted = sorted
  }
}
