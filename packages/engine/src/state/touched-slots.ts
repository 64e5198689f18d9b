/** What `pass` says of a key that need not go again. */
export const STAYS = -1

/** Slots that something happened to since the last checkpoint: a store to memory for each record, and nothing else. */
export class TouchedSlots {
  /** Not 0 where something happened. Slots behind its end were given since. */
  #flags = new Uint8Array(0)

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
    this.#begin(count)
  }

  /** Something happens to all slots. */
  markAll(): void {
    this.#flags.fill(1)
  }

  /** Adds a sign to each slot to which something happened, and begins anew; how many of these had none. */
  writeTo(signs: Uint8Array, sign: number): number {
    const flags = this.#flags
    const told = flags.length
    let count = 0
    for (let slot = 0; slot < signs.length; slot++) {
      if (slot < told && flags[slot] === 0) continue
      if (signs[slot] === 0) count++
      signs[slot] = (signs[slot] as number) | sign
    }
    this.#begin(signs.length)
    return count
  }

  #begin(count: number): void {
    if (this.#flags.length === count) this.#flags.fill(0)
    else this.#flags = new Uint8Array(count)
  }
}
