/** Errors count as at most so many deviations, so that one outlier neither teaches much nor makes the next one look usual. */
const clipped = 3

/** After so many such errors in a row they may be twice as large, and so on: what stays is a change. */
const patience = 16

/** Mean absolute value of a normally distributed number, in standard deviations, turned round. */
const normal = 1.2533141373155

/**
 * Usual size of errors, in standard deviations of a normal distribution: their mean absolute value, with forgetting, each held within
 * three deviations. Memory: 32 bytes.
 */
export class ErrorScale {
  readonly #rate: number
  #count = 0
  #mean = 0
  /** How many of the last errors in a row were too large. */
  #run = 0
  #least = 0

  /** `rate` is the share that the newest error has in it. */
  constructor(rate: number) {
    this.#rate = rate
  }

  /** How many errors were learnt. */
  get count(): number {
    return this.#count
  }

  get deviation(): number {
    return Math.max(this.#mean, this.#least)
  }

  /** The error, or what is usual where it is larger. Before there is any deviation, all of it. */
  clip(error: number): number {
    const usual = clipped * this.deviation
    if (usual === 0 || Math.abs(error) <= usual) return error
    const most = Math.min(usual * 2 ** (this.#run / patience), Math.abs(error))
    return error > 0 ? most : -most
  }

  learn(error: number): void {
    const size = Math.abs(this.clip(error))
    const usual = Math.abs(error) <= clipped * this.deviation
    this.#run = usual ? 0 : this.#run + 1
    this.#count++
    const rate = Math.max(1 / this.#count, this.#rate)
    this.#mean += rate * (normal * size - this.#mean)
  }

  /** Forgets all errors; from now on the deviation is at least so large. */
  clear(least = 0): void {
    this.restore(Float64Array.of(0, 0, 0, least))
  }

  snapshot(): Float64Array {
    return Float64Array.of(this.#count, this.#mean, this.#run, this.#least)
  }

  restore([count = 0, mean = 0, run = 0, least = 0]: Float64Array): void {
    this.#count = count
    this.#mean = mean
    this.#run = run
    this.#least = least
  }
}
