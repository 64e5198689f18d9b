/**
 * The newest numbers of a stream, one behind the other in `data`, so that a loop over a stretch of them needs no wrapping around.
 * Memory: 10 bytes for each number kept, and 128 more; a copy of them has 8 for each.
 */
export class RecentNumbers {
  /** How many are kept. */
  readonly capacity: number
  /** From `start` to `end` stand the numbers kept, oldest first; `end` is behind the newest; both move with every push. */
  readonly data: Float64Array
  #end = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.data = new Float64Array(capacity + (capacity >> 2) + 16)
  }

  get end(): number {
    return this.#end
  }

  get start(): number {
    return Math.max(this.#end - this.capacity, 0)
  }

  get length(): number {
    return Math.min(this.#end, this.capacity)
  }

  push(value: number): void {
    if (this.#end === this.data.length) {
      // Now and then what is kept moves to the front.
      this.data.copyWithin(0, this.#end - this.capacity)
      this.#end = this.capacity
    }
    this.data[this.#end++] = value
  }

  /** Oldest first. */
  toArray(): Float64Array {
    return this.data.slice(this.start, this.#end)
  }

  clear(): void {
    this.#end = 0
  }
}
