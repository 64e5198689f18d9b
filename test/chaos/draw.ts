import { createRandom } from '@millrace/base'

/** Draws from a seed: the same seed gives the same draws. */
export class Draw {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = createRandom(seed)
  }

  /** From 0 to 1, without 1. */
  share(): number {
    return this.#random()
  }

  /** A whole number from `least` to `most`. */
  number(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1))
  }

  pick<T>(list: readonly T[]): T {
    return list[this.number(0, list.length - 1)] as T
  }

  /** True in that share of all times. */
  chance(share: number): boolean {
    return this.#random() < share
  }
}
