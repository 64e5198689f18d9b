/**
 * Coefficients of a linear function, by least squares with exponential forgetting: `memory` is how many lessons they are about. Each
 * coefficient is held towards 0 as if one lesson had said so, hence inputs are best standardised. Memory: 8 bytes for each pair of
 * inputs, and 16 for each input; time O(inputs squared) for a lesson, and O(inputs cubed) for every sixteenth of the inputs.
 */
export class LeastSquares {
  readonly coefficients: Float64Array
  readonly #keep: number
  readonly #every: number
  /** Sums of products of inputs, the lower half, row by row; then of inputs and output. */
  readonly #products: Float64Array
  readonly #sums: Float64Array
  /** Square root of the matrix, made anew with each solution. */
  readonly #root: Float64Array
  #count = 0

  constructor(inputs: number, memory: number) {
    this.coefficients = new Float64Array(inputs)
    this.#keep = 1 - 1 / memory
    this.#every = Math.max(1, inputs >> 4)
    this.#products = new Float64Array((inputs * (inputs + 1)) / 2)
    this.#sums = new Float64Array(inputs)
    this.#root = new Float64Array(this.#products.length)
  }

  /** At most so many bytes has a snapshot. */
  static bytes(inputs: number): number {
    return 4 * inputs * (inputs + 1) + 16 * inputs + 8
  }

  predict(inputs: Float64Array): number {
    let sum = 0
    for (let i = 0; i < inputs.length; i++) {
      sum += (this.coefficients[i] as number) * (inputs[i] as number)
    }
    return sum
  }

  learn(inputs: Float64Array, output: number): void {
    const products = this.#products
    let at = 0
    for (let i = 0; i < inputs.length; i++) {
      const x = inputs[i] as number
      this.#sums[i] = this.#keep * (this.#sums[i] as number) + x * output
      for (let j = 0; j <= i; j++, at++) {
        products[at] = this.#keep * (products[at] as number) + x * (inputs[j] as number)
      }
    }
    this.#count++
    if (this.#count % this.#every === 0) this.#solve()
  }

  snapshot(): Float64Array {
    const state = [this.#products, this.#sums, this.coefficients].flatMap((part) => [...part])
    return Float64Array.of(...state, this.#count)
  }

  restore(data: Float64Array): void {
    const pairs = this.#products.length
    const inputs = this.#sums.length
    this.#products.set(data.subarray(0, pairs))
    this.#sums.set(data.subarray(pairs, pairs + inputs))
    this.coefficients.set(data.subarray(pairs + inputs, pairs + 2 * inputs))
    this.#count = data.at(-1) as number
  }

  /** By the root of Cholesky, which always exists: 1 is added to each square. */
  #solve(): void {
    const inputs = this.coefficients.length
    const root = this.#root
    const solution = this.coefficients
    for (let i = 0, row = 0; i < inputs; row += ++i) {
      for (let j = 0, other = 0; j <= i; other += ++j) {
        let rest = (this.#products[row + j] as number) + (i === j ? 1 : 0)
        for (let k = 0; k < j; k++) rest -= (root[row + k] as number) * (root[other + k] as number)
        root[row + j] = i === j ? Math.sqrt(Math.max(rest, 1)) : rest / (root[other + j] as number)
      }
      let rest = this.#sums[i] as number
      for (let k = 0; k < i; k++) rest -= (root[row + k] as number) * (solution[k] as number)
      solution[i] = rest / (root[row + i] as number)
    }
    for (let i = inputs - 1; i >= 0; i--) {
      const row = (i * (i + 1)) / 2
      const value = (solution[i] as number) / (root[row + i] as number)
      solution[i] = value
      for (let k = 0; k < i; k++) {
        solution[k] = (solution[k] as number) - (root[row + k] as number) * value
      }
    }
  }
}
