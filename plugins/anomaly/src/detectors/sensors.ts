import { defineDetector, type Detector, type DetectorScope } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { BlockMaxima, type BlockMaximaData } from '../numbers/block-maxima.ts'
import { invert } from '../numbers/invert.ts'
import { limited } from '../numbers/limited.ts'
import { RunningCovariance, type RunningCovarianceData } from '../numbers/running-covariance.ts'
import { RunningScales, type RunningScalesData } from '../numbers/running-scales.ts'
import { toShares } from '../numbers/shares.ts'
import { SurpriseCurve, type SurpriseCurveData } from '../numbers/surprise-curve.ts'

const sensorsSchema = z.strictObject({
  memory: z.int().min(50).max(1_000_000).default(4000).meta({
    description: 'Points that what is usual is about: longer is steadier, shorter follows sooner.',
  }),
  smoothing: z.number().min(1).max(10_000).default(16).meta({
    description:
      'Points that what lasts is averaged over: longer finds less, longer; single points are heard anyway.',
  }),
})

/** Parameters of `sensors`, defaults filled in. */
type SensorsParameters = z.output<typeof sensorsSchema>

interface SensorsData {
  readonly scales: RunningScalesData
  readonly covariance: RunningCovarianceData
  readonly fittedAt: number
  readonly precision: Float32Array
  readonly relations: Float32Array
  readonly previous: Float64Array
  readonly averages: Float64Array
  readonly maxima: BlockMaximaData
  readonly curve: SurpriseCurveData
}

/** What it looks at, of each field. */
const KINDS = ['point', 'relation', 'level', 'still'] as const
/** Points before the relations are looked at, and at least so many between two looks. */
const FIRST_FIT = 30
const FIT_EVERY = 16
/** The share of what the relations are about that has to be new. */
const NEW = 0.03
/** Deviations that a value counts for the relations at most. */
const LEARNT_MOST = 5
/** Added to the variances, which are near 1: what can never be told from others better than so. With few points, more. */
const RIDGE = 0.001
const RIDGE_EARLY = 0.02
/** Squared residuals and deviations count at most so much, in averages less: an extreme point must not hide what follows. */
const SQUARE_MOST = 1e6
const AVERAGED_MOST = 1e4
const LEVEL_MOST = 100
/** A step counts at most so many deviations: one leap is no movement. */
const STEP_MOST = 3
/** Levels and steps are averaged over so many times the points that residuals are. */
const LONGER = 2
/** What counts as nothing, and so has a logarithm, too: of squared residuals, squared levels, steps. */
const NOTHING = 1e-4
const NO_LEVEL = 1e-3
/** Larger surprises are equal. */
const SURPRISE_MOST = 300
/** A field has a share in what is strange from this surprise on. */
const RARE = 1
/** Deviations of the band around the expected values. */
const BAND = 3

/** Where relations are looked for: nothing in it lives longer than that. */
let scratch = new Float64Array(64)

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
  /** Of the inverse of the covariances of two points, the rows of the newer one. */
  readonly #precision: Float32Array
  /** The inverse of the covariances of one point. */
  readonly #relations: Float32Array
  /** The point that is scored, then the one before it, in deviations. */
  readonly #vector: Float64Array
  readonly #previous: Float64Array
  /** Residuals, levels and steps, up to the last point learnt, and with the one that is scored. */
  #averages: Float64Array
  #nextAverages: Float64Array
  /** Of each kind, of each field: larger is stranger. */
  readonly #numbers: Float64Array
  readonly #maxima: BlockMaxima
  readonly #curve: SurpriseCurve
  /** Residuals by both relations, times the precision, and the precisions. */
  readonly #residuals: Float64Array
  readonly #expected: Float64Array
  readonly #low: Float64Array
  readonly #high: Float64Array
  readonly #amounts: Float64Array

  constructor({ memory, smoothing }: SensorsParameters, { dimensions }: DetectorScope) {
    const numbers = (count = 1): Float64Array => new Float64Array(count * dimensions)
    this.#dimensions = dimensions
    this.#size = 2 * dimensions
    this.#smoothing = smoothing
    this.#scales = new RunningScales(dimensions, memory)
    this.#covariance = new RunningCovariance(this.#size, memory)
    this.#precision = new Float32Array(dimensions * this.#size)
    this.#relations = new Float32Array(dimensions * dimensions)
    this.#vector = numbers(2)
    this.#previous = numbers()
    this.#averages = numbers(3)
    this.#nextAverages = numbers(3)
    this.#numbers = numbers(KINDS.length)
    this.#maxima = new BlockMaxima(KINDS.length * dimensions, memory)
    this.#curve = new SurpriseCurve(memory)
    this.#residuals = numbers(2)
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
      span: 1,
    }
  }

  score(point: Float64Array): number {
    this.#look(point)
    return this.#curve.of(this.#weigh(point))
  }

  update(point: Float64Array): number {
    this.#look(point)
    const rareness = this.#weigh(point)
    const score = this.#curve.of(rareness)
    const { count } = this.#scales
    if (!Number.isNaN(rareness)) this.#curve.learn(rareness)
    if (this.#fittedAt > 0) this.#maxima.learn(this.#numbers)
    const averages = this.#averages
    this.#averages = this.#nextAverages
    this.#nextAverages = averages
    if (count > 0) this.#covariance.learn(this.#vector, LEARNT_MOST)
    this.#scales.learn(point)
    this.#previous.set(point)
    const { effective } = this.#covariance
    const wait = this.#fittedAt === 0 ? FIRST_FIT : Math.max(FIT_EVERY, this.#size, effective * NEW)
    if (count + 1 - this.#fittedAt >= wait) this.#fit(count + 1)
    return score
  }

  snapshot(): SensorsData {
    return {
      scales: this.#scales.snapshot(),
      covariance: this.#covariance.snapshot(),
      fittedAt: this.#fittedAt,
      precision: this.#precision.slice(),
      relations: this.#relations.slice(),
      previous: this.#previous.slice(),
      averages: this.#averages.slice(),
      maxima: this.#maxima.snapshot(),
      curve: this.#curve.snapshot(),
    }
  }

  restore(data: SensorsData): void {
    this.#scales.restore(data.scales)
    this.#covariance.restore(data.covariance)
    this.#fittedAt = data.fittedAt
    this.#precision.set(data.precision)
    this.#relations.set(data.relations)
    this.#previous.set(data.previous)
    this.#averages.set(data.averages)
    this.#maxima.restore(data.maxima)
    this.#curve.restore(data.curve)
  }

  /** What there is to be seen of the point, of each kind. */
  #look(point: Float64Array): void {
    const dimensions = this.#dimensions
    const vector = this.#vector
    for (let k = 0; k < dimensions; k++) {
      vector[k] = this.#scales.standardized(point[k] as number, k)
      const before = this.#scales.standardized(this.#previous[k] as number, k)
      vector[dimensions + k] = limited(before, LEARNT_MOST)
    }
    const rate = 1 / this.#smoothing
    const slower = rate / LONGER
    for (let k = 0; k < dimensions; k++) {
      const value = vector[k] as number
      const step = Math.min(Math.abs(value - (vector[dimensions + k] as number)), STEP_MOST)
      const level = this.#averaged(dimensions + k, limited(value, LEVEL_MOST), slower)
      const movement = this.#averaged(2 * dimensions + k, step, slower)
      this.#numbers[2 * dimensions + k] = Math.log(level * level + NO_LEVEL)
      this.#numbers[3 * dimensions + k] = -Math.log(movement + NOTHING)
      if (this.#fittedAt === 0) continue
      const square = this.#squareOff(this.#precision, this.#size, k)
      this.#numbers[k] = Math.log(square + NOTHING)
      const apart = this.#squareOff(this.#relations, dimensions, k)
      const lasting = this.#averaged(k, Math.min(apart, AVERAGED_MOST), rate)
      this.#numbers[dimensions + k] = Math.log(lasting + NOTHING)
    }
  }

  #averaged(at: number, value: number, rate: number): number {
    const old = this.#averages[at] as number
    const next = old + rate * (value - old)
    this.#nextAverages[at] = next
    return next
  }

  /** How far a field is from what the rest of so many numbers says, squared, in the variances that are left once the rest is known. */
  #squareOff(precision: Float32Array, size: number, k: number): number {
    let sum = 0
    for (let i = 0, at = k * size; i < size; i++, at++) {
      sum += (precision[at] as number) * (this.#vector[i] as number)
    }
    this.#residuals[size === this.#size ? k : this.#dimensions + k] = sum
    // What is told by a few points is off by more than these were: by as many times as there are numbers to learn it from.
    const { effective } = this.#covariance
    const trust = effective / (effective + 2 * size)
    // Of normal numbers: the one at k has the variance 1 / own, and lies sum / own from its mean.
    return Math.min((sum * sum) / (precision[k * size + k] as number), SQUARE_MOST) * trust
  }

  /** Logarithm of the mean of 1 / p of all that is seen; what it was. */
  #weigh(point: Float64Array): number {
    const dimensions = this.#dimensions
    const { evidence } = this
    evidence.contributions = undefined
    evidence.member = undefined
    this.#expect(point, 0)
    if (this.#fittedAt === 0) return Number.NaN
    let sum = 0
    let most = -1
    let heeded = 0
    for (let at = 0; at < this.#numbers.length; at++) {
      const surprise = this.#maxima.surprise(this.#numbers[at] as number, at)
      if (Number.isNaN(surprise)) return Number.NaN
      sum += Math.exp(Math.LN10 * Math.min(surprise, SURPRISE_MOST))
      if (surprise <= most) continue
      most = surprise
      heeded = Math.floor(at / dimensions)
    }
    // How far fields are off tells which it was better than how rare that is: what depends on a wrong one is off, too.
    const from = most < RARE ? 0 : RARE
    for (let k = 0; k < dimensions; k++) {
      const at = heeded * dimensions + k
      const number = this.#numbers[at] as number
      this.#amounts[k] = this.#maxima.surprise(number, at) < from ? 0 : Math.exp(number)
    }
    evidence.contributions = toShares(this.#amounts)
    evidence.member = KINDS[heeded]
    evidence.span = heeded === 0 ? 1 : Math.round((heeded === 1 ? 1 : LONGER) * this.#smoothing)
    if (heeded === 1) this.#expect(point, 1)
    return Math.max(Math.log10(sum / this.#numbers.length), 0)
  }

  /** What each field would be by the rest: by the others and the point before it, or by the others alone. */
  #expect(point: Float64Array, kind: 0 | 1): void {
    const { evidence } = this
    const isKnown = this.#fittedAt > 0
    evidence.expected = isKnown ? this.#expected : undefined
    evidence.low = isKnown ? this.#low : undefined
    evidence.high = isKnown ? this.#high : undefined
    if (!isKnown) return
    const dimensions = this.#dimensions
    const precision = kind === 0 ? this.#precision : this.#relations
    const size = kind === 0 ? this.#size : dimensions
    for (let k = 0; k < dimensions; k++) {
      const own = precision[k * size + k] as number
      const spread = this.#scales.spreads[k] as number
      const off = (this.#residuals[kind * dimensions + k] as number) / own
      const expected = (point[k] as number) - off * spread
      this.#expected[k] = expected
      this.#low[k] = expected - (BAND * spread) / Math.sqrt(own)
      this.#high[k] = expected + (BAND * spread) / Math.sqrt(own)
    }
  }

  #fit(at: number): void {
    const size = this.#size
    const ridge = RIDGE + (RIDGE_EARLY * size) / (size + this.#covariance.effective)
    if (scratch.length < size * size) scratch = new Float64Array(size * size)
    this.#covariance.copyTo(scratch, ridge)
    invert(scratch, size)
    this.#precision.set(scratch.subarray(0, this.#precision.length))
    this.#covariance.copyTo(scratch, ridge, this.#dimensions)
    invert(scratch, this.#dimensions)
    this.#relations.set(scratch.subarray(0, this.#relations.length))
    this.#fittedAt = at
  }
}

/**
 * The default for several fields. It looks at four things of each of them:
 * - *point*: how far it is from what the other fields, and all fields one point before, say it should be;
 * - *relation*: how far it is from what the other fields alone say, on average over some points, since faults last and a slow one is
 *   hardly off the point before;
 * - *level*: how far it is from its own mean, on average over twice as many;
 * - *still*: how little it moves from point to point, on average over as many.
 *
 * How rare each of them is is told from its own past (`BlockMaxima` of the logarithms), so that a switch that jumps every now and then, or a
 * count of rare events, is heard where it does what it never did, and drowns no other. The mean of their 1 / p, which is large where one
 * is very rare or many are rare, becomes the score: -log10 of how rare it is
 * (`SurpriseCurve`).
 *
 * Relations come from one matrix: of the inverse of the decayed covariance of two consecutive points, or of one, the row of a field
 * holds its regression on all the rest, and the diagonal its residual variance (Whittaker, Graphical Models, 1990). Values are standardised
 * by running scales, and outliers are learnt cut off. Scores are the same in other units. Knows nothing for the first 54 points.
 *
 * Evidence: what each field should be by the rest, with a band of three residual deviations; `member` is one of the four, and the
 * contributions are the shares in it of the fields of which it is rare.
 *
 * Memory of a snapshot, with d dimensions: 28 d^2 + 616 d + 80 bytes, 2 KB with three and 64 KB (of 1000 bytes) with 38; alive that of the maxima twice.
 */
export const sensors = defineDetector<SensorsParameters>({
  name: 'sensors',
  summary: 'Each of several fields against the others, the point before, and its own past.',
  version: 2,
  parameters: sensorsSchema,
  main: 'smoothing',
  dimensions: 'any',
  surprises: true,
  bytes: (_, { dimensions }) =>
    RunningScales.bytes(dimensions) +
    RunningCovariance.bytes(2 * dimensions) +
    BlockMaxima.bytes(KINDS.length * dimensions) +
    12 * dimensions * dimensions +
    32 * dimensions +
    40,
  create: (parameters, scope) => new Sensors(parameters, scope),
})
