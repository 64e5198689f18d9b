import type { Ranking, Scored, Threshold } from './threshold.ts'

/** What it keeps, as plain data. */
export interface QuantileThresholdData {
  readonly count: number
  readonly heights: Float64Array
  readonly positions: Float64Array
}

/** Raw scores above it count as it, so that no product overflows. */
const RAW_MOST = 1e280
/** Fewer scores are no quantile. */
const FEWEST = 50

/**
 * Over it is what has a larger raw score than a share `q` of all before it, since the beginning or the last drift. Estimated with five
 * markers (the P² algorithm of Jain and Chlamtac, 1985). Memory: 88 bytes.
 */
export class QuantileThreshold implements Threshold {
  /** Where the markers ought to be, as shares of all. */
  readonly #shares: readonly number[]
  readonly #heights = new Float64Array(5)
  readonly #positions = new Float64Array(5)
  #count = 0

  constructor(q: number) {
    this.#shares = [0, q / 2, q, (1 + q) / 2, 1]
  }

  /** The estimate; NaN before the fifth score. */
  get quantile(): number {
    return this.#count < 5 ? Number.NaN : (this.#heights[2] as number)
  }

  isOver({ raw }: Scored): boolean {
    return this.#count >= FEWEST && raw > this.quantile
  }

  learn({ raw }: Scored): void {
    const value = Math.min(raw, RAW_MOST)
    if (this.#count < 5) this.#begin(value)
    else this.#insert(value)
  }

  level(scale: Ranking): number {
    return this.#count < FEWEST ? Number.NaN : scale.rank(this.quantile)
  }

  restart(): void {
    this.#count = 0
  }

  snapshot(): QuantileThresholdData {
    return {
      count: this.#count,
      heights: this.#heights.slice(),
      positions: this.#positions.slice(),
    }
  }

  restore({ count, heights, positions }: QuantileThresholdData): void {
    this.#count = count
    this.#heights.set(heights)
    this.#positions.set(positions)
  }

  #begin(value: number): void {
    this.#heights[this.#count++] = value
    this.#heights.subarray(0, this.#count).sort()
    for (let i = 0; i < 5; i++) this.#positions[i] = i
  }

  #insert(value: number): void {
    const heights = this.#heights
    const positions = this.#positions
    if (value < (heights[0] as number)) heights[0] = value
    if (value > (heights[4] as number)) heights[4] = value
    for (let i = 1; i < 4; i++) {
      if (value < (heights[i] as number)) positions[i] = (positions[i] as number) + 1
    }
    positions[4] = this.#count++
    for (let i = 1; i < 4; i++) this.#settle(i)
  }

  /** Moves a marker by one place where it is that far from where it ought to be. */
  #settle(i: number): void {
    const at = this.#positions[i] as number
    const off = (this.#count - 1) * (this.#shares[i] as number) - at
    const step = off < 0 ? -1 : 1
    if (Math.abs(off) < 1 || Math.abs((this.#positions[i + step] as number) - at) <= 1) return
    const heights = this.#heights
    const curved = this.#curved(i, step)
    const between = (heights[i - 1] as number) < curved && curved < (heights[i + 1] as number)
    heights[i] = between ? curved : (heights[i] as number) + step * this.#slope(i, step)
    this.#positions[i] = at + step
  }

  /** The height one place aside, on the parabola through three markers. */
  #curved(i: number, step: number): number {
    const at = this.#positions[i] as number
    const before = at - (this.#positions[i - 1] as number)
    const after = (this.#positions[i + 1] as number) - at
    const rise = (before + step) * this.#slope(i, 1) + (after - step) * this.#slope(i, -1)
    return (this.#heights[i] as number) + (step / (before + after)) * rise
  }

  /** Height for each place from a marker to its neighbor. */
  #slope(i: number, step: number): number {
    const height = (this.#heights[i + step] as number) - (this.#heights[i] as number)
    return height / ((this.#positions[i + step] as number) - (this.#positions[i] as number))
  }
}
