const firstRoom = 16

/**
 * Numbered things by due time; at the same time in an order of their own, which is that of their numbers until one is added that has
 * another one. Twelve bytes each, then twenty.
 */
export class DueHeap {
  #dues = new Float64Array(firstRoom)
  #items = new Int32Array(firstRoom)
  /** Absent as long as it would hold what `#items` holds. */
  #ordersApart: Float64Array | undefined
  size = 0

  /** The number of what is due first. Must not be empty. */
  get item(): number {
    return this.#items[0] as number
  }

  /** The order of what is due first. Must not be empty. */
  get order(): number {
    return this.#orderAt(0)
  }

  /** The smallest due time; Infinity when empty. */
  get due(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.#dues[0] as number)
  }

  add(due: number, item: number, order: number): void {
    if (this.size === this.#items.length) this.#grow()
    if (order !== item) this.#ordersApart ??= Float64Array.from(this.#items)
    let hole = this.size++
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      if (!this.#isAfter(parent, due, order)) break
      this.#move(parent, hole)
      hole = parent
    }
    this.#dues[hole] = due
    this.#items[hole] = item
    if (this.#ordersApart !== undefined) this.#ordersApart[hole] = order
  }

  /** Takes out what is due first. Must not be empty. */
  take(): number {
    const first = this.#items[0] as number
    const last = --this.size
    const due = this.#dues[last] as number
    const item = this.#items[last] as number
    const order = this.#orderAt(last)
    let hole = 0
    for (let child = 1; child < last; child = 2 * hole + 1) {
      const right = child + 1
      const second = this.#dues[right] as number
      if (right < last && this.#isAfter(child, second, this.#orderAt(right))) child = right
      if (!this.#isBefore(child, due, order)) break
      this.#move(child, hole)
      hole = child
    }
    this.#dues[hole] = due
    this.#items[hole] = item
    if (this.#ordersApart !== undefined) this.#ordersApart[hole] = order
    return first
  }

  #orderAt(place: number): number {
    const orders = this.#ordersApart
    return (orders === undefined ? this.#items[place] : orders[place]) as number
  }

  #isAfter(place: number, due: number, order: number): boolean {
    const own = this.#dues[place] as number
    return own > due || (own === due && this.#orderAt(place) > order)
  }

  #isBefore(place: number, due: number, order: number): boolean {
    const own = this.#dues[place] as number
    return own < due || (own === due && this.#orderAt(place) < order)
  }

  #move(from: number, to: number): void {
    this.#dues[to] = this.#dues[from] as number
    this.#items[to] = this.#items[from] as number
    const orders = this.#ordersApart
    if (orders !== undefined) orders[to] = orders[from] as number
  }

  #grow(): void {
    const dues = new Float64Array(2 * this.#dues.length)
    dues.set(this.#dues)
    this.#dues = dues
    const items = new Int32Array(2 * this.#items.length)
    items.set(this.#items)
    this.#items = items
    if (this.#ordersApart === undefined) return
    const orders = new Float64Array(2 * this.#ordersApart.length)
    orders.set(this.#ordersApart)
    this.#ordersApart = orders
  }
}
