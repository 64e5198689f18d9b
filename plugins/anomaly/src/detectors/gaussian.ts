import { defineDetector, type Detector } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { Band } from '../numbers/band.ts'
import { deviations, tame } from '../numbers/deviations.ts'

const gaussianSchema = z.strictObject({
  window: z.int().min(64).max(1_000_000).default(6400).meta({
    description: 'Points that mean and standard deviation are taken of, in 64 blocks.',
  }),
})

/** Parameters of `gaussian`, defaults filled in. */
type GaussianParameters = z.output<typeof gaussianSchema>

interface GaussianData {
  readonly moments: Float64Array
  readonly counts: Float64Array
}

const blocks = 64
/** Points without which a standard deviation says nothing. */
const fewest = 8

class Gaussian implements Detector {
  readonly evidence = new Band()
  readonly #size: number
  /** Mean and sum of squared distances from it of each full block; the oldest is overwritten. */
  readonly #moments = new Float64Array(2 * blocks)
  #full = 0
  #count = 0
  #mean = 0
  #squares = 0
  /** Of the points behind the last full block. */
  #newCount = 0
  #newMean = 0
  #newSquares = 0

  constructor({ window }: GaussianParameters) {
    this.#size = Math.ceil(window / blocks)
  }

  score(point: Float64Array): number {
    if (this.#count < fewest) {
      this.evidence.set(Number.NaN, Number.NaN)
      return Number.NaN
    }
    const spread = Math.sqrt(this.#squares / this.#count)
    this.evidence.set(this.#mean, spread)
    return deviations(tame(point[0] as number) - this.#mean, spread, this.#mean)
  }

  update(point: Float64Array): number {
    const score = this.score(point)
    const value = tame(point[0] as number)
    const distance = value - this.#newMean
    this.#newCount++
    this.#newMean += distance / this.#newCount
    this.#newSquares += distance * (value - this.#newMean)
    // Until the window is full every point counts at once, then a block at a time.
    if (this.#full < blocks) this.#add(value)
    if (this.#newCount === this.#size) this.#close()
    return score
  }

  snapshot(): GaussianData {
    const state = [this.#full, this.#count, this.#mean, this.#squares]
    const newest = [this.#newCount, this.#newMean, this.#newSquares]
    const moments = this.#moments.slice(0, 2 * Math.min(this.#full, blocks))
    return { moments, counts: Float64Array.of(...state, ...newest) }
  }

  restore({ moments, counts }: GaussianData): void {
    this.#moments.set(moments)
    const [full = 0, count = 0, mean = 0, squares = 0] = counts
    this.#full = full
    this.#count = count
    this.#mean = mean
    this.#squares = squares
    this.#newCount = counts[4] as number
    this.#newMean = counts[5] as number
    this.#newSquares = counts[6] as number
  }

  #add(value: number): void {
    this.#count++
    const distance = value - this.#mean
    this.#mean += distance / this.#count
    this.#squares += distance * (value - this.#mean)
  }

  /** The newest block takes the place of the oldest; all are added up anew, so that no rounding is left of what has gone. */
  #close(): void {
    const place = 2 * (this.#full % blocks)
    this.#moments[place] = this.#newMean
    this.#moments[place + 1] = this.#newSquares
    this.#newCount = 0
    this.#newMean = 0
    this.#newSquares = 0
    this.#full = this.#full + 1
    if (this.#full < blocks) return
    let mean = 0
    for (let at = 0; at < 2 * blocks; at += 2) mean += (this.#moments[at] as number) / blocks
    let squares = 0
    for (let at = 0; at < 2 * blocks; at += 2) {
      const distance = (this.#moments[at] as number) - mean
      squares += (this.#moments[at + 1] as number) + this.#size * distance * distance
    }
    this.#count = blocks * this.#size
    this.#mean = mean
    this.#squares = squares
  }
}

/**
 * How many standard deviations a value lies from the mean of a window that moves on by a 64th of its length: the windowed Gaussian of
 * the Numenta Anomaly Benchmark, its tail probability told as a distance, which orders values alike and never becomes 0. Blocks are
 * merged as Chan, Golub and LeVeque (1979) do. Memory: 1080 bytes, however long the window is.
 */
export const gaussian = defineDetector<GaussianParameters>({
  name: 'gaussian',
  summary: 'Distance from the mean of a long window in standard deviations.',
  parameters: gaussianSchema,
  main: 'window',
  dimensions: 'one',
  bytes: () => 16 * blocks + 56,
  create: (parameters) => new Gaussian(parameters),
})
