import { deviations, tame } from './deviations.ts'
import { limited } from './limited.ts'

/** What running scales keep, as plain data. */
export interface RunningScalesData {
  readonly count: number
  readonly means: Float64Array
  readonly spreads: Float64Array
}

/** Points that count in full, since there is no spread yet to limit them by. */
const UNLIMITED = 10
/** Further from the mean, in spreads, a point is not learnt: it counts as if it stood there. */
const LEARNT_MOST = 4

/**
 * Mean and standard deviation of each dimension, with exponential forgetting: `length` is how many points they are about. A point far
 * outside is learnt as if it lay four deviations from the mean, so that one outlier moves neither, and many move both.
 * Memory: 16 bytes for each dimension, and 8.
 */
export class RunningScales {
  readonly means: Float64Array
  readonly spreads: Float64Array
  readonly #rate: number
  #count = 0

  constructor(dimensions: number, length: number) {
    this.means = new Float64Array(dimensions)
    this.spreads = new Float64Array(dimensions)
    this.#rate = 1 / length
  }

  /** How many points it has learnt. */
  get count(): number {
    return this.#count
  }

  /** At most so many bytes has a snapshot. */
  static bytes(dimensions: number): number {
    return 8 + 16 * dimensions
  }

  /** Where a value lies in its dimension, in standard deviations: within plus and minus a million, 0 before the first point. */
  standardized(value: number, dimension: number): number {
    if (this.#count === 0) return 0
    const mean = this.means[dimension] as number
    const distance = tame(value) - mean
    const size = deviations(distance, this.spreads[dimension] as number, mean)
    return distance < 0 ? -size : size
  }

  /** What a distance of 1 is in standard deviations, where nothing has a spread of 0. */
  weight(dimension: number): number {
    const noise = 1e-12 * Math.abs(this.means[dimension] as number)
    return 1 / Math.max(this.spreads[dimension] as number, noise, 1e-100)
  }

  learn(point: Float64Array): void {
    this.#count++
    const { means, spreads } = this
    const rate = Math.max(1 / this.#count, this.#rate)
    for (let k = 0; k < means.length; k++) {
      const spread = spreads[k] as number
      let distance = tame(point[k] as number) - (means[k] as number)
      if (this.#count > UNLIMITED && spread > 0) {
        distance = limited(distance, LEARNT_MOST * spread)
      }
      means[k] = (means[k] as number) + rate * distance
      spreads[k] = Math.sqrt((1 - rate) * (spread * spread + rate * distance * distance))
    }
  }

  snapshot(): RunningScalesData {
    return { count: this.#count, means: this.means.slice(), spreads: this.spreads.slice() }
  }

  restore({ count, means, spreads }: RunningScalesData): void {
    this.#count = count
    this.means.set(means)
    this.spreads.set(spreads)
  }
}
