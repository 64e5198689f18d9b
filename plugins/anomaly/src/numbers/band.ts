import type { DetectorEvidence } from '@millrace/sdk'

/** How many deviations from the expected value are still within the band: 1 in 370 normally distributed values is outside. */
const width = 3

/** Evidence of a detector that expects a value of the first number of a point, and knows how far values lie from it. */
export class Band implements DetectorEvidence {
  readonly expected: number[]
  readonly low: number[]
  readonly high: number[]

  constructor(dimensions = 1) {
    this.expected = Array.from({ length: dimensions }, () => Number.NaN)
    this.low = [...this.expected]
    this.high = [...this.expected]
  }

  /** Three times `spread` around `expected`; NaN for both where nothing is expected yet. */
  set(expected: number, spread: number): void {
    this.expected[0] = expected
    this.low[0] = expected - width * spread
    this.high[0] = expected + width * spread
  }
}
