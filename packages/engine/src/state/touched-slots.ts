/** Slots that something happened to since the last checkpoint: a store to memory for each record, and nothing else. */
export class TouchedSlots {
  /** Not 0 where something happened. Slots behind its end were given since. */
  #flags = new Uint8Array(0)

  mark(slot: number): void {
    // Behind the end this does nothing, as it should.
    this.#flags[slot] = 1
  }

  has(slot: number): boolean {
    return this.#flags[slot] !== 0
  }

  /** Nothing has happened to the first `count` slots. */
  begin(count: number): void {
    if (this.#flags.length === count) this.#flags.fill(0)
    else this.#flags = new Uint8Array(count)
  }
}
