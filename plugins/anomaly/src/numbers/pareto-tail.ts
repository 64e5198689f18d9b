/** Ratios beyond it would overflow. */
const RATIO_MOST = 1e300
/** Shapes this close to 0 are the exponential tail. */
const SHAPE_LEAST = 1e-9

/** Which shapes of a tail are taken for possible, at most 0.9, and how the estimate is drawn towards what was expected. */
export interface ParetoTailOptions {
  readonly shapeLow: number
  readonly shapeHigh: number
  /** The shape expected beforehand. */
  readonly prior: number
  /** As much as so many excesses say does the prior say. */
  readonly priorWeight: number
}

/** A generalised Pareto distribution of the excesses over a threshold: 1 / shape is how fast it falls, 0 an exponential. */
export class ParetoTail {
  readonly #options: ParetoTailOptions
  threshold = 0
  scale = 1
  shape = 0

  constructor(options: ParetoTailOptions) {
    this.#options = options
  }

  /**
   * Fits it by probability-weighted moments (Hosking and Wallis, 1987) to numbers in order of their size, which are at least
   * `threshold`. `spread` is the scale where they have none.
   */
  fit(numbers: Float64Array, threshold: number, spread: number): void {
    const { shapeLow, shapeHigh, prior, priorWeight } = this.#options
    const count = numbers.length
    let mean = 0
    let weighted = 0
    for (let i = 0; i < count; i++) {
      const share = ((numbers[i] as number) - threshold) / count
      mean += share
      weighted += (1 - (i + 0.65) / count) * share
    }
    // With u = 2 * weighted / mean: shape = 2 - 1 / (1 - u), scale = mean * (1 - shape).
    const estimate = mean > 0 ? 2 - 1 / (1 - 2 * (weighted / mean)) : shapeHigh
    const limited = Math.min(Math.max(estimate, shapeLow), shapeHigh)
    this.shape = (count * limited + priorWeight * prior) / (count + priorWeight)
    this.threshold = threshold
    this.scale = mean > 0 ? Math.min(mean * (1 - this.shape), Number.MAX_VALUE) : spread
  }

  /** Natural logarithm of the share of the tail beyond a number, which is at least the threshold; -Infinity beyond its end. */
  logBeyond(value: number): number {
    const ratio = Math.min((value - this.threshold) / this.scale, RATIO_MOST)
    if (Math.abs(this.shape) < SHAPE_LEAST) return -ratio
    return -Math.log1p(Math.max(this.shape * ratio, -1)) / this.shape
  }

  /** The number beyond which that share of the tail lies; the threshold for a share of 1 or more. */
  quantile(share: number): number {
    if (share >= 1) return this.threshold
    const log = -Math.log(share)
    const { scale, shape } = this
    const above =
      Math.abs(shape) < SHAPE_LEAST ? scale * log : scale * (Math.expm1(shape * log) / shape)
    return Math.min(this.threshold + above, Number.MAX_VALUE)
  }
}
