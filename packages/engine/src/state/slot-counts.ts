const firstSlots = 16

/** How many things a slot has. */
export class SlotCounts {
  #counts = new Int32Array(firstSlots)

  has(slot: number): boolean {
    // Behind the end there is nothing, which is no number.
    return (this.#counts[slot] as number) > 0
  }

  add(slot: number): void {
    if (slot >= this.#counts.length) this.#grow(slot)
    this.#counts[slot] = (this.#counts[slot] as number) + 1
  }

  remove(slot: number): void {
    this.#counts[slot] = (this.#counts[slot] as number) - 1
  }

  #grow(slot: number): void {
    const counts = new Int32Array(Math.max(slot + 1, 2 * this.#counts.length))
    counts.set(this.#counts)
    this.#counts = counts
  }
}
