const none = new Float64Array(0)

/**
 * The newest numbers of a stream, one behind the other in `data`, so that a loop over a stretch of them needs no wrapping around.
 * Memory: 8.5 bytes for each number kept, and 128 more, made as numbers come; a copy of them has 8 for each.
 */
export class RecentNumbers {
  /** How many are kept. */
  readonly capacity: number
  #data = none
  #end = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  /** From `start` to `end` stand the numbers kept, oldest first; `end` is behind the newest. All three change with every push. */
  get data(): Float64Array {
    return this.#data
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
    if (this.#end === this.#data.length) this.#makeRoom()
    this.#data[this.#end++] = value
  }

  /** Oldest first. */
  toArray(): Float64Array {
    return this.#data.slice(this.start, this.#end)
  }

  clear(): void {
    this.#end = 0
  }

  #makeRoom(): void {
    const { capacity } = this
    const most = capacity + (capacity >> 4) + 16
    if (this.#end === most) {
      // Now and then what is kept moves to the front.
      this.#data.copyWithin(0, this.#end - capacity)
      this.#end = capacity
      return
    }
    const data = new Float64Array(Math.min(most, Math.max(16, 2 * this.#end)))
    data.set(this.#data)
    this.#data = data
  }
}
