/** Draws of one event: they depend on the seed and the number of the event alone, so that any order of events holds the same ones. */
export class Dice {
  #state = 0

  /** Begins the draws of an event. */
  begin(seed: number, event: number): void {
    this.#state = (Math.imul(seed, 0x9e3779b9) ^ Math.imul(event + 1, 0x85ebca6b)) >>> 0
    this.#next()
  }

  /** A whole number from 0 below `bound`. */
  below(bound: number): number {
    return Math.floor(this.unit() * bound)
  }

  /** From 0 below 1, in steps of 2^-32. */
  unit(): number {
    return this.#next() / 2 ** 32
  }

  /** One of the list. */
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}
