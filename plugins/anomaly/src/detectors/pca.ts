import { defineDetector, type Detector, type DetectorScope } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { RunningCovariance, type RunningCovarianceData } from '../numbers/running-covariance.ts'
import { RunningScales, type RunningScalesData } from '../numbers/running-scales.ts'
import { toShares } from '../numbers/shares.ts'
import { symmetricEigen } from '../numbers/symmetric-eigen.ts'

const pcaSchema = z.strictObject({
  explained: z.number().gt(0).max(1).default(0.9).meta({
    description: 'Share of the variance that the directions kept explain.',
  }),
  memory: z.int().min(50).max(1_000_000).default(2000).meta({
    description: 'Points that what is usual is about: longer is steadier, shorter follows sooner.',
  }),
  statistic: z.enum(['both', 't2', 'q']).default('both').meta({
    description:
      'What counts: `t2` is how far a point lies out in the directions kept, `q` how far off them, `both` the sum.',
  }),
})

/** Parameters of `pca`, defaults filled in. */
type PcaParameters = z.output<typeof pcaSchema>

interface PcaData {
  readonly scales: RunningScalesData
  readonly covariance: RunningCovarianceData
  readonly fittedAt: number
  readonly rank: number
  readonly values: Float64Array
  readonly vectors: Float64Array
}

/** Points before directions are looked for, and at least so many between two looks; more with many dimensions. */
const FIRST_FIT = 20
const FIT_EVERY = 16
const FIT_EVERY_DIMENSION = 4
/** Deviations that a value counts for the directions at most. */
const LEARNT_MOST = 5
/** Added to the variances, which are near 1, so that none is 0. */
const RIDGE = 0.001

class Pca implements Detector {
  readonly evidence: {
    expected: Float64Array | undefined
    contributions: Float64Array | undefined
  } = { expected: undefined, contributions: undefined }
  readonly #parameters: PcaParameters
  readonly #size: number
  readonly #scales: RunningScales
  readonly #covariance: RunningCovariance
  #fittedAt = 0
  /** How many directions are kept. */
  #rank = 0
  readonly #values: Float64Array
  /** One direction to a row. */
  readonly #vectors: Float64Array
  readonly #work: Float64Array
  readonly #vector: Float64Array
  readonly #expected: Float64Array
  /** What is told of the point by the directions, each divided by its deviation. */
  readonly #whitened: Float64Array
  readonly #amounts: Float64Array

  constructor(parameters: PcaParameters, { dimensions }: DetectorScope) {
    this.#parameters = parameters
    this.#size = dimensions
    this.#scales = new RunningScales(dimensions, parameters.memory)
    this.#covariance = new RunningCovariance(dimensions, parameters.memory)
    this.#values = new Float64Array(dimensions)
    this.#vectors = new Float64Array(dimensions * dimensions)
    this.#work = new Float64Array(dimensions * dimensions)
    this.#vector = new Float64Array(dimensions)
    this.#expected = new Float64Array(dimensions)
    this.#whitened = new Float64Array(dimensions)
    this.#amounts = new Float64Array(dimensions)
  }

  score(point: Float64Array): number {
    for (let k = 0; k < this.#size; k++) {
      this.#vector[k] = this.#scales.standardized(point[k] as number, k)
    }
    const isKnown = this.#fittedAt > 0
    // Where all directions are kept, the nearest point on them is the point itself.
    const expects = isKnown && this.#rank < this.#size
    this.evidence.expected = expects ? this.#expected : undefined
    this.evidence.contributions = undefined
    if (!isKnown) return Number.NaN
    this.#project()
    return this.#weigh()
  }

  update(point: Float64Array): number {
    const score = this.score(point)
    // Before the first point there is nothing to compare with.
    if (this.#scales.count > 0) this.#covariance.learn(this.#vector, LEARNT_MOST)
    this.#scales.learn(point)
    const { count } = this.#scales
    const wait = Math.max(FIT_EVERY, FIT_EVERY_DIMENSION * this.#size)
    if (count - this.#fittedAt >= (this.#fittedAt === 0 ? FIRST_FIT : wait)) this.#fit(count)
    return score
  }

  snapshot(): PcaData {
    return {
      scales: this.#scales.snapshot(),
      covariance: this.#covariance.snapshot(),
      fittedAt: this.#fittedAt,
      rank: this.#rank,
      values: this.#values.slice(),
      vectors: this.#vectors.slice(),
    }
  }

  restore(data: PcaData): void {
    this.#scales.restore(data.scales)
    this.#covariance.restore(data.covariance)
    this.#fittedAt = data.fittedAt
    this.#rank = data.rank
    this.#values.set(data.values)
    this.#vectors.set(data.vectors)
  }

  /** Splits the point into what the directions kept tell of it, and the rest. */
  #project(): void {
    const size = this.#size
    this.#expected.fill(0)
    this.#whitened.fill(0)
    for (let r = 0; r < this.#rank; r++) {
      let along = 0
      for (let k = 0; k < size; k++) {
        along += (this.#vectors[r * size + k] as number) * (this.#vector[k] as number)
      }
      const deviation = Math.sqrt(this.#values[r] as number)
      for (let k = 0; k < size; k++) {
        const part = along * (this.#vectors[r * size + k] as number)
        this.#expected[k] = (this.#expected[k] as number) + part
        this.#whitened[k] = (this.#whitened[k] as number) + part / deviation
      }
    }
  }

  #weigh(): number {
    const { statistic } = this.#parameters
    let rest = 0
    for (let r = this.#rank; r < this.#size; r++) rest += this.#values[r] as number
    // Each of the two is 1 on the average.
    const inner = statistic === 'q' ? 0 : 1 / this.#rank
    const outer = statistic === 't2' || rest === 0 ? 0 : 1 / rest
    let sum = 0
    for (let k = 0; k < this.#size; k++) {
      const off = (this.#vector[k] as number) - (this.#expected[k] as number)
      const amount = inner * (this.#whitened[k] as number) ** 2 + outer * off * off
      this.#amounts[k] = amount
      sum += amount
      const spread = this.#scales.spreads[k] as number
      const mean = this.#scales.means[k] as number
      this.#expected[k] = mean + (this.#expected[k] as number) * spread
    }
    this.evidence.contributions = toShares(this.#amounts)
    return sum
  }

  #fit(at: number): void {
    this.#covariance.copyTo(this.#work, RIDGE)
    symmetricEigen(this.#work, this.#values, this.#vectors)
    let total = 0
    for (let r = 0; r < this.#size; r++) {
      this.#values[r] = Math.max(this.#values[r] as number, RIDGE)
      total += this.#values[r] as number
    }
    const wanted = this.#parameters.explained * total
    this.#rank = 0
    for (let sum = 0; this.#rank < this.#size && sum < wanted; this.#rank++) {
      sum += this.#values[this.#rank] as number
    }
    this.#fittedAt = at
  }
}

/**
 * Principal components of the recent past: T² is the squared distance of a point from the mean along the directions in which the
 * fields move together, in the deviations of each (Hotelling, 1947), and Q the squared distance from these directions (Jackson and
 * Mudholkar, 1979). Each is divided by its mean, and the score is their sum (Yue and Qin, 2001). Covariances fade exponentially, of values
 * standardised by running scales; outliers are learnt cut off at five deviations. As many directions are kept as explain the given share;
 * they are looked for every 16 points, or 4 for each dimension. The contributions split both sums exactly (complete decomposition:
 * Alcala and Qin, 2009); `expected` is the nearest point on the directions, unless all are kept. Knows nothing for the first 20 points.
 *
 * Memory: a snapshot has 12 d^2 + 28 d + 32 bytes with d dimensions, 224 with three, and alive there are 8 d^2 + 32 d more.
 */
export const pca = defineDetector<PcaParameters>({
  name: 'pca',
  summary: 'Principal components: how far out along them, and how far off them. Several fields.',
  version: 2,
  parameters: pcaSchema,
  main: 'explained',
  dimensions: 'any',
  bytes: (_, { dimensions }) => 12 * dimensions * dimensions + 28 * dimensions + 32,
  create: (parameters, scope) => new Pca(parameters, scope),
})
