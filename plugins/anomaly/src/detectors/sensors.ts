import { defineDetector, type Detector, type DetectorScope } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { invert } from '../numbers/invert.ts'
import { limited } from '../numbers/limited.ts'
import { LogScale, type LogScaleData } from '../numbers/log-scale.ts'
import { RunningCovariance, type RunningCovarianceData } from '../numbers/running-covariance.ts'
import { RunningScales, type RunningScalesData } from '../numbers/running-scales.ts'
import { toShares } from '../numbers/shares.ts'
import { SurpriseCurve, type SurpriseCurveData } from '../numbers/surprise-curve.ts'

const sensorsSchema = z.strictObject({
  memory: z.int().min(50).max(1_000_000).default(4000).meta({
    description: 'Points that what is usual is about: longer is steadier, shorter follows sooner.',
  }),
  smoothing: z.number().min(1).max(10_000).default(16).meta({
    description: 'Points that strangeness is averaged over: longer for what lasts, 1 for spikes.',
  }),
})

/** Parameters of `sensors`, defaults filled in. */
type SensorsParameters = z.output<typeof sensorsSchema>

interface SensorsData {
  readonly scales: RunningScalesData
  readonly covariance: RunningCovarianceData
  readonly fittedAt: number
  readonly precision: Float64Array
  readonly previous: Float64Array
  readonly levels: Float64Array
  readonly relations: Float64Array
  readonly levelScale: LogScaleData
  readonly relationScale: LogScaleData
  readonly curve: SurpriseCurveData
}

/** Points before the relations are looked at, and at least so many between two looks. */
const FIRST_FIT = 30
const FIT_EVERY = 16
/** Deviations that a value counts for the relations at most. */
const LEARNT_MOST = 5
/** Added to the variances, which are near 1: what can never be told from others better than so. With few points, more. */
const RIDGE = 0.001
const RIDGE_EARLY = 0.02
/** Levels and squared residuals, in deviations, count at most so much in their averages: an extreme point must not hide what follows. */
const LEVEL_MOST = 100
const SQUARE_MOST = 1e4
/** Levels are averaged over so many times the points that residuals are. */
const LEVELS_LONGER = 2
/** Deviations of the band around the expected values. */
const BAND = 3

class Sensors implements Detector {
  readonly evidence: {
    expected: Float64Array | undefined
    low: Float64Array | undefined
    high: Float64Array | undefined
    contributions: Float64Array | undefined
    member: string | undefined
    span: number
  }
  readonly #dimensions: number
  readonly #size: number
  readonly #smoothing: number
  readonly #scales: RunningScales
  readonly #covariance: RunningCovariance
  #fittedAt = 0
  /** Of the inverse of the covariances, the rows of the newest point. */
  readonly #precision: Float64Array
  readonly #work: Float64Array
  /** The point that is scored, then the one before it, in deviations. */
  readonly #vector: Float64Array
  readonly #previous: Float64Array
  /** Averages up to the last point learnt, and with the one that is scored. */
  #levels: Float64Array
  #relations: Float64Array
  #nextLevels: Float64Array
  #nextRelations: Float64Array
  #level = 0
  #relation = 0
  readonly #levelScale: LogScale
  readonly #relationScale: LogScale
  readonly #curve: SurpriseCurve
  readonly #expected: Float64Array
  readonly #low: Float64Array
  readonly #high: Float64Array
  readonly #amounts: Float64Array

  constructor({ memory, smoothing }: SensorsParameters, { dimensions }: DetectorScope) {
    const numbers = (): Float64Array => new Float64Array(dimensions)
    this.#dimensions = dimensions
    this.#size = 2 * dimensions
    this.#smoothing = smoothing
    this.#scales = new RunningScales(dimensions, memory)
    this.#covariance = new RunningCovariance(this.#size, memory)
    this.#precision = new Float64Array(dimensions * this.#size)
    this.#work = new Float64Array(this.#size * this.#size)
    this.#vector = new Float64Array(this.#size)
    this.#previous = numbers()
    this.#levels = numbers()
    this.#relations = numbers()
    this.#nextLevels = numbers()
    this.#nextRelations = numbers()
    this.#levelScale = new LogScale(memory)
    this.#relationScale = new LogScale(memory)
    this.#curve = new SurpriseCurve(memory)
    this.#expected = numbers()
    this.#low = numbers()
    this.#high = numbers()
    this.#amounts = numbers()
    this.evidence = {
      expected: undefined,
      low: undefined,
      high: undefined,
      contributions: undefined,
      member: undefined,
      span: Math.round(smoothing),
    }
  }

  score(point: Float64Array): number {
    return this.#curve.of(this.#strangeness(point))
  }

  update(point: Float64Array): number {
    const strangeness = this.#strangeness(point)
    const score = this.#curve.of(strangeness)
    const { count } = this.#scales
    if (!Number.isNaN(strangeness)) this.#curve.learn(strangeness)
    this.#levelScale.learn(this.#level)
    if (this.#fittedAt > 0) this.#relationScale.learn(this.#relation)
    this.#commit()
    if (count > 0) this.#covariance.learn(this.#vector, LEARNT_MOST)
    this.#scales.learn(point)
    this.#previous.set(point)
    const wait = this.#fittedAt === 0 ? FIRST_FIT : Math.max(FIT_EVERY, this.#size)
    if (count + 1 - this.#fittedAt >= wait) this.#fit(count + 1)
    return score
  }

  snapshot(): SensorsData {
    return {
      scales: this.#scales.snapshot(),
      covariance: this.#covariance.snapshot(),
      fittedAt: this.#fittedAt,
      precision: this.#precision.slice(),
      previous: this.#previous.slice(),
      levels: this.#levels.slice(),
      relations: this.#relations.slice(),
      levelScale: this.#levelScale.snapshot(),
      relationScale: this.#relationScale.snapshot(),
      curve: this.#curve.snapshot(),
    }
  }

  restore(data: SensorsData): void {
    this.#scales.restore(data.scales)
    this.#covariance.restore(data.covariance)
    this.#fittedAt = data.fittedAt
    this.#precision.set(data.precision)
    this.#previous.set(data.previous)
    this.#levels.set(data.levels)
    this.#relations.set(data.relations)
    this.#levelScale.restore(data.levelScale)
    this.#relationScale.restore(data.relationScale)
    this.#curve.restore(data.curve)
  }

  #strangeness(point: Float64Array): number {
    this.#look(point)
    this.#average()
    if (this.#fittedAt > 0) this.#relate(point)
    return this.#weigh()
  }

  /** Where the point and the one before it lie, in deviations. */
  #look(point: Float64Array): void {
    for (let k = 0; k < this.#dimensions; k++) {
      this.#vector[k] = this.#scales.standardized(point[k] as number, k)
      const before = this.#scales.standardized(this.#previous[k] as number, k)
      this.#vector[this.#dimensions + k] = limited(before, LEARNT_MOST)
    }
  }

  #average(): void {
    const rate = 1 / (LEVELS_LONGER * this.#smoothing)
    this.#level = 0
    for (let k = 0; k < this.#dimensions; k++) {
      const old = this.#levels[k] as number
      const level = old + rate * (limited(this.#vector[k] as number, LEVEL_MOST) - old)
      this.#nextLevels[k] = level
      this.#level += level * level
    }
  }

  /** What each dimension would be, told from the others and from the point before, and how far from it each one is. */
  #relate(point: Float64Array): void {
    const size = this.#size
    this.#relation = 0
    for (let k = 0; k < this.#dimensions; k++) {
      let sum = 0
      for (let i = 0; i < size; i++) {
        sum += (this.#precision[k * size + i] as number) * (this.#vector[i] as number)
      }
      // Of normal numbers: the one at k has the variance 1 / own, once the rest is known, and lies sum / own from its mean.
      const own = this.#precision[k * size + k] as number
      const square = Math.min((sum * sum) / own, SQUARE_MOST)
      const old = this.#relations[k] as number
      const next = old + (square - old) / this.#smoothing
      this.#nextRelations[k] = next
      this.#relation = Math.max(this.#relation, next)
      const spread = this.#scales.spreads[k] as number
      const expected = (point[k] as number) - (sum / own) * spread
      this.#expected[k] = expected
      this.#low[k] = expected - (BAND * spread) / Math.sqrt(own)
      this.#high[k] = expected + (BAND * spread) / Math.sqrt(own)
    }
  }

  #weigh(): number {
    const level = this.#levelScale.standardized(this.#level)
    const relation =
      this.#fittedAt > 0 ? this.#relationScale.standardized(this.#relation) : Number.NaN
    const isKnown = !Number.isNaN(relation)
    const { evidence } = this
    const related = this.#fittedAt > 0
    evidence.expected = related ? this.#expected : undefined
    evidence.low = related ? this.#low : undefined
    evidence.high = related ? this.#high : undefined
    evidence.contributions = undefined
    evidence.member = undefined
    if (!isKnown) return Number.NaN
    const isLevel = level > relation
    for (let k = 0; k < this.#dimensions; k++) {
      const own = this.#nextLevels[k] as number
      this.#amounts[k] = isLevel ? own * own : (this.#nextRelations[k] as number)
    }
    evidence.contributions = toShares(this.#amounts)
    evidence.member = isLevel ? 'level' : 'relation'
    return Math.hypot(Math.max(level, 0), Math.max(relation, 0))
  }

  #commit(): void {
    const levels = this.#levels
    this.#levels = this.#nextLevels
    this.#nextLevels = levels
    if (this.#fittedAt === 0) return
    const relations = this.#relations
    this.#relations = this.#nextRelations
    this.#nextRelations = relations
  }

  #fit(at: number): void {
    const early = this.#size / (this.#size + this.#covariance.effective)
    this.#covariance.copyTo(this.#work, RIDGE + RIDGE_EARLY * early)
    invert(this.#work, this.#size)
    this.#precision.set(this.#work.subarray(0, this.#precision.length))
    this.#fittedAt = at
  }
}

/**
 * The default for several fields. It looks at two things and combines how unusual each is (their logarithms, in running standard
 * deviations; root of the sum of squares of what is above the mean): *levels*, how far the fields are from their means all together, and
 * *relations*, how far each is from what the other fields, and all fields one point before, say it should be; the worst field counts.
 * Both are averaged over some points, since faults last, so that an extreme one is heard for up to eight times `smoothing` points.
 * All relations come from one matrix: of the inverse of the decayed covariance of
 * two consecutive points, the row of a field holds its regression on all the rest, and the diagonal its residual variance (Whittaker,
 * Graphical Models, 1990). Values are standardised by running scales, and outliers are learnt cut off. Scores are the same in other units.
 * Knows nothing for the first 60 points.
 *
 * A score is -log10 of how rare it is: a power of that root, such that as many usual points lie above 1 and 1.5 as did. After some
 * thousand points of many kinds, measured one in eight to fourteen was above 1, one in 80 to 190 above 2, one in 600 or fewer above 3.
 *
 * Evidence: what each field should be by the rest, with a band of three residual deviations; `member` is `level` or `relation`, and the
 * contributions are the shares of the fields in it.
 *
 * Memory of a snapshot, with d dimensions: 48 d^2 + 40 d + 104 bytes, 656 with three and 31 KB with 25; alive 32 d^2 + 56 d more.
 */
export const sensors = defineDetector<SensorsParameters>({
  name: 'sensors',
  summary: 'Levels of several fields, and each against the others and the point before.',
  parameters: sensorsSchema,
  main: 'smoothing',
  dimensions: 'any',
  surprises: true,
  bytes: (_, { dimensions }) => 48 * dimensions * dimensions + 40 * dimensions + 104,
  create: (parameters, scope) => new Sensors(parameters, scope),
})
