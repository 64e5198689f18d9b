import { ParetoTail, type ParetoTailOptions } from './pareto-tail.ts'

/** The largest twentieth is the tail, and at least these. */
const TAIL_SHARE = 0.05
const TAIL_LEAST = 10
const TAIL: ParetoTailOptions = { shapeLow: 0.1, shapeHigh: 0.9, prior: 0.25, priorWeight: 10 }

/**
 * How rare a number is that lies beyond all it is compared with: along a generalised Pareto tail, fitted to the largest twentieth of them. Its
 * shape is held above 0, so that the largest can always be told apart. Keeps nothing but the fit.
 */
export class LargestTail {
  /** Below so many numbers a tail is not looked at. */
  static readonly fewest = 20
  readonly #tail = new ParetoTail(TAIL)
  #size = 0
  /** Logarithm of the share of the tail beyond the largest. */
  #atLargest = 0

  /** Of so many numbers the tail is the largest of this many; one more is looked at. */
  static countOf(size: number): number {
    return Math.max(TAIL_LEAST, Math.ceil(TAIL_SHARE * size))
  }

  /** Takes the largest `countOf(size) + 1` of so many numbers, ascending, at the begin of `largest`, and the smallest of all. */
  fit(largest: Float64Array, size: number, smallest: number): void {
    const count = LargestTail.countOf(size)
    const threshold = largest[0] as number
    // With no spread in the tail the spread of all has to do, then the size of the numbers, then nothing is known.
    const spread = threshold - smallest || threshold || 1
    this.#tail.fit(largest.subarray(1, count + 1), threshold, spread)
    this.#atLargest = this.#tail.logBeyond(largest[count] as number)
    this.#size = size
  }

  /** -log10 of how rare a number is that is larger than all. */
  surprise(number: number): number {
    const beyond = this.#atLargest - this.#tail.logBeyond(number)
    return Math.log10(this.#size + 1) + beyond / Math.LN10
  }
}
