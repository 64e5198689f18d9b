import type { Simulation } from '@millrace/testkit'

/** Draws that are choices of the simulation: replayed with it, and made simpler with it. The first of a list is the simplest. */
export class Dice {
  readonly #simulation: Simulation

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  /** A whole number from `least` to `most`. */
  number(least: number, most: number): number {
    return least + this.#simulation.amount(most - least)
  }

  pick<T>(list: readonly T[]): T {
    return list[this.#simulation.amount(list.length - 1)] as T
  }

  /** True once in `of` times. */
  once(of: number): boolean {
    return this.#simulation.amount(of - 1) === of - 1
  }
}
