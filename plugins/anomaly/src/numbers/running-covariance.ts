import { limited } from './limited.ts'

/** What a running covariance keeps, as plain data. */
export interface RunningCovarianceData {
  readonly count: number
  readonly matrix: Float64Array
}

/**
 * Mean products of the numbers of vectors, with exponential forgetting: their covariances, where the numbers are standardised.
 * `length` is how many vectors it is about. Memory: 8 bytes for each pair of numbers, and 8.
 */
export class RunningCovariance {
  readonly size: number
  /** Row by row; of each pair only the one in the lower half is kept up. */
  readonly #matrix: Float64Array
  readonly #length: number
  #count = 0

  constructor(size: number, length: number) {
    this.size = size
    this.#length = length
    this.#matrix = new Float64Array(size * size)
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
    return 8 * size * size + 8
  }

  /** Numbers count at most `most`, up and down, so that one outlier does not rule. */
  learn(vector: Float64Array, most: number): void {
    this.#count++
    const rate = Math.max(1 / this.#count, 1 / this.#length)
    const keep = 1 - rate
    const { size } = this
    const matrix = this.#matrix
    for (let i = 0; i < size; i++) {
      const part = rate * limited(vector[i] as number, most)
      const row = i * size
      for (let j = 0; j <= i; j++) {
        const product = part * limited(vector[j] as number, most)
        matrix[row + j] = keep * (matrix[row + j] as number) + product
      }
    }
  }

  /** Writes all of it, with `ridge` added to the variances. */
  copyTo(target: Float64Array, ridge: number): void {
    const { size } = this
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const value = this.#matrix[i * size + j] as number
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
