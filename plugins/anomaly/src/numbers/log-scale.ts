import { limited } from './limited.ts'

/** What a log scale keeps, as plain data. */
export interface LogScaleData {
  readonly count: number
  readonly mean: number
  readonly variance: number
}

/** Numbers without which nothing can be told. */
const FEWEST = 30
/** What counts as nothing, and so has a logarithm, too. */
const NOTHING = 1e-9
/** Deviations are at least this, so that what hardly varies is not made much of. */
const LEAST = 0.1
/** Further from the mean, in deviations, a number is learnt as if it stood there. */
const LEARNT_MOST = 4

/**
 * Tells where the logarithm of a number lies among those of the past, in their standard deviations, with exponential forgetting over
 * `length` numbers. Unlike a rank it keeps how far things are apart, and what lasts long does not soon become usual. Memory: 24 bytes.
 */
export class LogScale {
  readonly #length: number
  #count = 0
  #mean = 0
  #variance = 0

  constructor(length: number) {
    this.#length = length
  }

  /** NaN while there are too few. */
  standardized(value: number): number {
    if (this.#count < FEWEST) return Number.NaN
    return (Math.log(value + NOTHING) - this.#mean) / (LEAST + Math.sqrt(this.#variance))
  }

  learn(value: number): void {
    this.#count++
    const rate = Math.max(1 / this.#count, 1 / this.#length)
    let distance = Math.log(value + NOTHING) - this.#mean
    if (this.#count > FEWEST) {
      distance = limited(distance, LEARNT_MOST * Math.sqrt(this.#variance) + 1e-3)
    }
    this.#mean += rate * distance
    this.#variance = (1 - rate) * (this.#variance + rate * distance * distance)
  }

  snapshot(): LogScaleData {
    return { count: this.#count, mean: this.#mean, variance: this.#variance }
  }

  restore({ count, mean, variance }: LogScaleData): void {
    this.#count = count
    this.#mean = mean
    this.#variance = variance
  }
}
