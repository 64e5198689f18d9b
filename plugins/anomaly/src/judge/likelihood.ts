import { normalTail } from '../numbers/normal-tail.ts'

/** What it keeps, as plain data. */
export interface LikelihoodData {
  readonly count: number
  readonly mean: number
  readonly variance: number
  readonly recent: Float64Array
}

/** How many points the short mean and the long one are about. */
const SHORT = 10
const LONG = 1000
/** A smaller deviation of the short mean is taken for this. */
const SPREAD_LEAST = 0.03
/** No surprise counts for more: a single point must not be remembered for ever. */
const SURPRISE_MOST = 8

/**
 * How sure it is that the last ten points together are stranger than usual (the anomaly likelihood of Numenta's HTM): where the mean of their
 * surprises, -log10 p, lies in the normal distribution of such means over the last thousand points. 0.5 is as usual.
 * Memory: 104 bytes.
 */
export class Likelihood {
  readonly #recent = new Float64Array(SHORT)
  #count = 0
  #mean = 0
  #variance = 0

  /** In [0, 1] if `surprise` came next; 0.5 for the first ten. Changes nothing. */
  of(surprise: number): number {
    if (this.#count < 2 * SHORT) return 0.5
    const spread = Math.max(Math.sqrt(this.#variance), SPREAD_LEAST)
    return 1 - normalTail((this.#short(surprise) - this.#mean) / spread)
  }

  add(surprise: number): void {
    const short = this.#short(surprise)
    this.#recent[this.#count % SHORT] = Math.min(surprise, SURPRISE_MOST)
    this.#count++
    // The first mean of ten is that of the tenth.
    const means = this.#count - SHORT + 1
    if (means < 1) return
    const rate = 1 / Math.min(means, LONG)
    const distance = short - this.#mean
    this.#mean += rate * distance
    this.#variance = (1 - rate) * (this.#variance + rate * distance * distance)
  }

  snapshot(): LikelihoodData {
    return {
      count: this.#count,
      mean: this.#mean,
      variance: this.#variance,
      recent: this.#recent.slice(),
    }
  }

  restore({ count, mean, variance, recent }: LikelihoodData): void {
    this.#count = count
    this.#mean = mean
    this.#variance = variance
    this.#recent.set(recent)
  }

  /** Mean of the last nine and of one more. */
  #short(surprise: number): number {
    const recent = this.#recent
    let sum = Math.min(surprise, SURPRISE_MOST)
    for (let i = 0; i < SHORT; i++) sum += recent[i] as number
    return (sum - (recent[this.#count % SHORT] as number)) / SHORT
  }
}
