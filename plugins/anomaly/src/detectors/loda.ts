import { defineDetector, type Detector, type DetectorScope } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { tame } from '../numbers/deviations.ts'
import { limited } from '../numbers/limited.ts'
import { RunningScales, type RunningScalesData } from '../numbers/running-scales.ts'
import { toShares } from '../numbers/shares.ts'
import { SeededRandom } from '../seeded-random.ts'

const lodaSchema = z.strictObject({
  projections: z.int().min(2).max(1000).default(100).meta({
    description: 'Directions at random, each with a histogram. More are steadier and slower.',
  }),
  bins: z.int().min(2).max(256).default(16).meta({
    description: 'Bins of a histogram.',
  }),
  window: z.int().min(16).max(10_000).default(256).meta({
    description: 'Points that the histograms are about; they are made anew four times a window.',
  }),
})

/** Parameters of `loda`, defaults filled in. */
type LodaParameters = z.output<typeof lodaSchema>

interface LodaData {
  readonly seen: number
  readonly fitted: number
  readonly ring: Float64Array
  readonly scales: RunningScalesData
  readonly fittedScales: RunningScalesData
  readonly lows: Float64Array
  readonly widths: Float64Array
  readonly counts: Uint16Array
}

/** The scales are about so many windows, and the histograms are made anew so many times in one. */
const SCALE_WINDOWS = 4
const FITS = 4
/** Deviations that a value counts for the histograms at most. */
const LEARNT_MOST = 5

class Loda implements Detector {
  readonly evidence: { contributions: Float64Array | undefined } = { contributions: undefined }
  readonly #window: number
  readonly #bins: number
  readonly #dimensions: number
  readonly #projections: number
  /** How many dimensions a projection is of; which, and with what weights. */
  readonly #each: number
  readonly #chosen: Uint16Array
  readonly #weights: Float64Array
  #seen = 0
  readonly #ring: Float64Array
  readonly #scales: RunningScales
  /** The scales as they were when the histograms were made. */
  readonly #fittedScales: RunningScales
  /** How many points the histograms are of. */
  #fitted = 0
  readonly #lows: Float64Array
  readonly #widths: Float64Array
  readonly #counts: Uint16Array
  readonly #vector: Float64Array
  /** For each dimension, of the projections that it takes part in: how many, the sum of their scores, and of the squares. */
  readonly #parts: Float64Array
  readonly #sums: Float64Array
  readonly #squares: Float64Array
  readonly #amounts: Float64Array

  constructor({ projections, bins, window }: LodaParameters, { dimensions, seed }: DetectorScope) {
    this.#window = window
    this.#bins = bins
    this.#dimensions = dimensions
    this.#projections = projections
    this.#each = Math.ceil(Math.sqrt(dimensions))
    this.#chosen = new Uint16Array(projections * this.#each)
    this.#weights = new Float64Array(projections * this.#each)
    this.#parts = new Float64Array(dimensions)
    this.#draw(new SeededRandom(seed))
    this.#ring = new Float64Array(window * dimensions)
    this.#scales = new RunningScales(dimensions, SCALE_WINDOWS * window)
    this.#fittedScales = new RunningScales(dimensions, SCALE_WINDOWS * window)
    this.#lows = new Float64Array(projections)
    this.#widths = new Float64Array(projections)
    this.#counts = new Uint16Array(projections * bins)
    this.#vector = new Float64Array(dimensions)
    this.#sums = new Float64Array(dimensions)
    this.#squares = new Float64Array(dimensions)
    this.#amounts = new Float64Array(dimensions)
  }

  score(point: Float64Array): number {
    this.evidence.contributions = undefined
    if (this.#fitted === 0) return Number.NaN
    for (let k = 0; k < this.#dimensions; k++) {
      this.#vector[k] = this.#fittedScales.standardized(point[k] as number, k)
    }
    this.#sums.fill(0)
    this.#squares.fill(0)
    let sum = 0
    let square = 0
    for (let projection = 0; projection < this.#projections; projection++) {
      const own = this.#surprise(projection)
      sum += own
      square += own * own
      for (let i = projection * this.#each; i < (projection + 1) * this.#each; i++) {
        const k = this.#chosen[i] as number
        this.#sums[k] = (this.#sums[k] as number) + own
        this.#squares[k] = (this.#squares[k] as number) + own * own
      }
    }
    this.evidence.contributions = this.#compare(sum, square)
    return sum / this.#projections
  }

  update(point: Float64Array): number {
    const score = this.score(point)
    this.#scales.learn(point)
    const at = (this.#seen % this.#window) * this.#dimensions
    for (let k = 0; k < this.#dimensions; k++) this.#ring[at + k] = tame(point[k] as number)
    this.#seen++
    if (this.#seen % Math.ceil(this.#window / FITS) === 0) this.#fit()
    return score
  }

  snapshot(): LodaData {
    return {
      seen: this.#seen,
      fitted: this.#fitted,
      ring: this.#ring.slice(),
      scales: this.#scales.snapshot(),
      fittedScales: this.#fittedScales.snapshot(),
      lows: this.#lows.slice(),
      widths: this.#widths.slice(),
      counts: this.#counts.slice(),
    }
  }

  restore(data: LodaData): void {
    this.#seen = data.seen
    this.#fitted = data.fitted
    this.#ring.set(data.ring)
    this.#scales.restore(data.scales)
    this.#fittedScales.restore(data.fittedScales)
    this.#lows.set(data.lows)
    this.#widths.set(data.widths)
    this.#counts.set(data.counts)
  }

  /** Each projection takes part of the dimensions, none twice, with normal weights. */
  #draw(random: SeededRandom): void {
    const order = Uint16Array.from({ length: this.#dimensions }, (_, k) => k)
    for (let i = 0; i < this.#chosen.length; i++) {
      const first = i % this.#each
      const other = first + Math.floor(random.next() * (this.#dimensions - first))
      const k = order[other] as number
      order[other] = order[first] as number
      order[first] = k
      this.#chosen[i] = k
      this.#weights[i] = random.nextNormal()
      this.#parts[k] = (this.#parts[k] as number) + 1
    }
  }

  #project(projection: number): number {
    let sum = 0
    for (let i = projection * this.#each; i < (projection + 1) * this.#each; i++) {
      sum += (this.#weights[i] as number) * (this.#vector[this.#chosen[i] as number] as number)
    }
    return sum
  }

  /** Minus the logarithm of the share of the bin; beyond all bins it falls with the distance in bins. */
  #surprise(projection: number): number {
    const low = this.#lows[projection] as number
    const bin = Math.floor((this.#project(projection) - low) / (this.#widths[projection] as number))
    const beyond = Math.max(-bin, bin - this.#bins + 1, 0)
    const count = beyond > 0 ? 0 : (this.#counts[projection * this.#bins + bin] as number)
    return Math.log(((this.#fitted + this.#bins) * (1 + beyond)) / (1 + count))
  }

  /** By how much the projections with a dimension are more surprised than those without it, in deviations: Welch's test, one-tailed. */
  #compare(sum: number, square: number): Float64Array | undefined {
    for (let k = 0; k < this.#dimensions; k++) {
      const n = this.#parts[k] as number
      const rest = this.#projections - n
      this.#amounts[k] = this.#dimensions === 1 ? 1 : 0
      if (n < 2 || rest < 2) continue
      const mean = (this.#sums[k] as number) / n
      const other = (sum - (this.#sums[k] as number)) / rest
      const variance = (this.#squares[k] as number) / n - mean * mean
      const otherVariance = (square - (this.#squares[k] as number)) / rest - other * other
      const error = Math.max(variance, 0) / (n - 1) + Math.max(otherVariance, 0) / (rest - 1)
      this.#amounts[k] = Math.max(mean - other, 0) / Math.sqrt(error + 1e-12)
    }
    return toShares(this.#amounts)
  }

  /** Makes the histograms of the points of the window. */
  #fit(): void {
    this.#fittedScales.restore(this.#scales.snapshot())
    this.#fitted = Math.min(this.#seen, this.#window)
    this.#counts.fill(0)
    const projected = new Float64Array(this.#projections * this.#fitted)
    for (let i = 0; i < this.#fitted; i++) {
      for (let k = 0; k < this.#dimensions; k++) {
        const value = this.#ring[i * this.#dimensions + k] as number
        const place = this.#fittedScales.standardized(value, k)
        this.#vector[k] = limited(place, LEARNT_MOST)
      }
      for (let p = 0; p < this.#projections; p++) projected[p * this.#fitted + i] = this.#project(p)
    }
    for (let p = 0; p < this.#projections; p++) {
      this.#count(p, projected.subarray(p * this.#fitted, (p + 1) * this.#fitted))
    }
  }

  #count(projection: number, values: Float64Array): void {
    let low = Infinity
    let high = -Infinity
    for (const value of values) {
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
    // What never moved has bins of a millionth of a deviation: anything else lies far outside.
    const width = Math.max((high - low) / this.#bins, 1e-6)
    this.#lows[projection] = low
    this.#widths[projection] = width
    for (const value of values) {
      const bin = Math.min(Math.floor((value - low) / width), this.#bins - 1)
      const at = projection * this.#bins + bin
      this.#counts[at] = (this.#counts[at] as number) + 1
    }
  }
}

/**
 * Lightweight on-line detector of anomalies (Pevny, Machine Learning 102, 2016): directions at random, each of the square root of the
 * number of dimensions, with a histogram of the last window along each; the score is the mean of minus the logarithms of what share of
 * the points is in the bin, one more counted in every bin. Beyond all bins it rises with the logarithm of the distance. Points are
 * standardised by running scales; the histograms are made anew four times a window. The contributions compare the projections that a
 * dimension takes part in with the others (one-tailed test of the paper). Knows nothing for a quarter of a window.
 *
 * Memory: a snapshot has projections * (16 + 2 bins) + 8 d (window + 4) + 32 bytes with d dimensions, 11 KB with three and the defaults;
 * alive there are 10 * projections * sqrt(d) + 48 d more, and 8 * projections * window while histograms are made.
 */
export const loda = defineDetector<LodaParameters>({
  name: 'loda',
  summary: 'Histograms along random directions: fast, with many fields, and tells which it was.',
  parameters: lodaSchema,
  main: 'projections',
  dimensions: 'any',
  bytes: ({ projections, bins, window }, { dimensions }) =>
    projections * (16 + 2 * bins) + 8 * dimensions * (window + 4) + 32,
  create: (parameters, scope) => new Loda(parameters, scope),
})
