import { limited } from './limited.ts'

/** What a running covariance keeps, as plain data. */
export interface RunningCovarianceData {
  readonly count: number
  /** The lower half, row by row. */
  readonly matrix: Float64Array
}

/**
 * Mean products of the numbers of vectors, with exponential forgetting: their covariances, where the numbers are standardised.
 * `length` is how many vectors it is about. Memory: 4 bytes for each pair of numbers, 4 for each
 * number, and 8.
 */
export class RunningCovariance {
  readonly size: number
  /** The lower half, row by row. */
  readonly #matrix: Float64Array
  readonly #length: number
  #count = 0

  constructor(size: number, length: number) {
    this.size = size
    this.#length = length
    this.#matrix = new Float64Array((size * (size + 1)) / 2)
  }

  get count(): number {
    return this.#count
  }

  /** How many vectors it is about: all that came, as long as they are fewer than its length. */
  get effective(): number {
    return Math.min(this.#count, this.#length)
  }

  /** At most so many bytes has a snapshot. */
  static bytes(size: number): number {
    return 4 * size * (size + 1) + 8
  }

  /** Numbers count at most `most`, up and down, so that one outlier does not rule. */
  learn(vector: Float64Array, most: number): void {
    this.#count++
    const rate = Math.max(1 / this.#count, 1 / this.#length)
    const keep = 1 - rate
    const { size } = this
    const matrix = this.#matrix
    for (let i = 0, at = 0; i < size; i++) {
      const part = rate * limited(vector[i] as number, most)
      for (let j = 0; j <= i; j++, at++) {
        const product = part * limited(vector[j] as number, most)
        matrix[at] = keep * (matrix[at] as number) + product
      }
    }
  }

  /** Writes it, with `ridge` added to the variances: all of it, or that of the first `size` numbers. */
  copyTo(target: Float64Array, ridge: number, size = this.size): void {
    for (let i = 0, at = 0; i < size; i++) {
      for (let j = 0; j <= i; j++, at++) {
        const value = this.#matrix[at] as number
        target[i * size + j] = i === j ? value + ridge : value
        target[j * size + i] = target[i * size + j] as number
      }
    }
  }

  snapshot(): RunningCovarianceData {
    return { count: this.#count, matrix: this.#matrix.slice() }
  }

  restore({ count, matrix }: RunningCovarianceData): void {
    this.#count = count
    this.#matrix.set(matrix)
  }
}
