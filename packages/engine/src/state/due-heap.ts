const firstRoom = 16

/** Numbered things by due time; at the same time the smaller number first. Twelve bytes each. */
export class DueHeap {
  #dues = new Float64Array(firstRoom)
  #items = new Int32Array(firstRoom)
  size = 0

  /** The number of what is due first. Must not be empty. */
  get item(): number {
    return this.#items[0] as number
  }

  /** The smallest due time; Infinity when empty. */
  get due(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.#dues[0] as number)
  }

  add(due: number, item: number): void {
    if (this.size === this.#items.length) this.#grow()
    let hole = this.size++
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      if (!this.#isAfter(parent, due, item)) break
      this.#move(parent, hole)
      hole = parent
    }
    this.#dues[hole] = due
    this.#items[hole] = item
  }

  /** Takes out what is due first. Must not be empty. */
  take(): number {
    const first = this.#items[0] as number
    const last = --this.size
    const due = this.#dues[last] as number
    const item = this.#items[last] as number
    let hole = 0
    for (let child = 1; child < last; child = 2 * hole + 1) {
      const right = child + 1
      const second = this.#dues[right] as number
      if (right < last && this.#isAfter(child, second, this.#items[right] as number)) child = right
      if (!this.#isBefore(child, due, item)) break
      this.#move(child, hole)
      hole = child
    }
    this.#dues[hole] = due
    this.#items[hole] = item
    return first
  }

  #isAfter(place: number, due: number, item: number): boolean {
    const own = this.#dues[place] as number
    return own > due || (own === due && (this.#items[place] as number) > item)
  }

  #isBefore(place: number, due: number, item: number): boolean {
    const own = this.#dues[place] as number
    return own < due || (own === due && (this.#items[place] as number) < item)
  }

  #move(from: number, to: number): void {
    this.#dues[to] = this.#dues[from] as number
    this.#items[to] = this.#items[from] as number
  }

  #grow(): void {
    const dues = new Float64Array(2 * this.#dues.length)
    dues.set(this.#dues)
    this.#dues = dues
    const items = new Int32Array(2 * this.#items.length)
    items.set(this.#items)
    this.#items = items
  }
}
