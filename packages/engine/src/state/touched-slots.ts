/** What `pass` says of a key that need not go again. */
export const STAYS = -1

/** Slots that something happened to since the last checkpoint: a store to memory for each record, and nothing else. */
export class TouchedSlots {
  /** Not 0 where something happened. Slots behind its end were given since. */
  #flags = new Uint8Array(0)
  /** What `take` gave. */
  #taken = new Uint8Array(0)

  /** Something happens to a slot; what handles keep for its key is not asked for. */
  mark(slot: number): void {
    // Behind the end this does nothing, as it should.
    this.#flags[slot] = 1
  }

  /** Whatever handles keep for the key of a slot may be read and changed from now on, until no record is in hand. */
  use(slot: number): void {
    this.#flags[slot] = 1
  }

  /** The same, until `passed` is told what this gave: for one key after the other. */
  pass(_slot: number): number {
    return STAYS
  }

  passed(_slot: number, _mark: number): void {
    // All that there is stays in memory.
  }

  /** So many slots are told of already: what happens from now on counts. */
  settle(count: number): void {
    this.#flags = new Uint8Array(count)
  }

  /** Something happens to all slots. */
  markAll(): void {
    this.#flags.fill(1)
  }

  /** Not 0 for each of so many slots to which something happened, until it is asked again; begins anew. */
  take(count: number): Uint8Array<ArrayBuffer> {
    const told = this.#flags
    const { length } = told
    if (length === count) {
      // Memory of its own each time would soon be enough to have the collector look at all that there is.
      this.#flags = this.#taken.length === count ? this.#taken.fill(0) : new Uint8Array(count)
      this.#taken = told
    } else {
      this.#flags = new Uint8Array(count)
      this.#taken = new Uint8Array(count)
      this.#taken.set(told.subarray(0, count))
      this.#taken.fill(1, length)
    }
    return this.#taken
  }
}
