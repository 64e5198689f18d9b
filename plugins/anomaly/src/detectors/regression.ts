import { defineDetector, type Detector, type DetectorScope } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { Band } from '../numbers/band.ts'
import { deviations, tame } from '../numbers/deviations.ts'
import { ErrorScale } from '../numbers/error-scale.ts'
import { LeastSquares } from '../numbers/least-squares.ts'
import { RunningScales, type RunningScalesData } from '../numbers/running-scales.ts'

const regressionSchema = z.strictObject({
  lags: z.int().min(1).max(64).optional().meta({
    description:
      'How many of its last values the first field is foretold from. Default: 8 where there is one field; with several, the others of the same point alone.',
  }),
  memory: z.int().min(50).max(1_000_000).default(1000).meta({
    description: 'How many points the coefficients are about; older ones fade.',
  }),
})

/** Parameters of `regression`, defaults filled in. */
type RegressionParameters = z.output<typeof regressionSchema>

interface RegressionData {
  readonly scales: RunningScalesData
  readonly lags: Float64Array
  readonly fit: Float64Array
  readonly errors: Float64Array
}

/** Points that only teach how large values are. */
const settling = 10
/** Points without which an error has no usual size. */
const fewest = 8
/** Share of the newest error in the usual size of errors. */
const errorRate = 0.005
/** An input counts at most so many deviations, up and down. */
const inputMost = 8

class Regression implements Detector {
  readonly evidence: Band
  readonly #scales: RunningScales
  /** The last values of the first field, newest first, none of them further from its forecast than usual. */
  readonly #lags: Float64Array
  /** 1, lags, other fields: standardised. */
  readonly #inputs: Float64Array
  readonly #fit: LeastSquares
  readonly #errors = new ErrorScale(errorRate)
  #expected = 0
  /** Of the point scored last. */
  #error = 0

  constructor(parameters: RegressionParameters, { dimensions }: DetectorScope) {
    const lags = lagsOf(parameters, dimensions)
    this.evidence = new Band(dimensions)
    this.#scales = new RunningScales(dimensions, parameters.memory)
    this.#lags = new Float64Array(lags)
    this.#inputs = new Float64Array(lags + dimensions)
    this.#fit = new LeastSquares(lags + dimensions, parameters.memory)
  }

  score(point: Float64Array): number {
    this.#forecast(point)
    const { count, deviation } = this.#errors
    if (count < fewest) {
      this.evidence.set(Number.NaN, Number.NaN)
      return Number.NaN
    }
    this.evidence.set(this.#expected, deviation)
    return deviations(this.#error, deviation, this.#expected)
  }

  update(point: Float64Array): number {
    const score = this.score(point)
    let kept = tame(point[0] as number)
    if (this.#scales.count >= settling) {
      kept = this.#expected + this.#errors.clip(this.#error)
      this.#fit.learn(this.#inputs, held(this.#scales.standardized(kept, 0)))
      if (this.#scales.count >= settling + this.#lags.length) this.#errors.learn(this.#error)
    }
    this.#scales.learn(point)
    this.#lags.copyWithin(1, 0)
    if (this.#lags.length > 0) this.#lags[0] = kept
    return score
  }

  snapshot(): RegressionData {
    return {
      scales: this.#scales.snapshot(),
      lags: this.#lags.slice(),
      fit: this.#fit.snapshot(),
      errors: this.#errors.snapshot(),
    }
  }

  restore({ scales, lags, fit, errors }: RegressionData): void {
    this.#scales.restore(scales)
    this.#lags.set(lags)
    this.#fit.restore(fit)
    this.#errors.restore(errors)
  }

  #forecast(point: Float64Array): void {
    const inputs = this.#inputs
    const lags = this.#lags.length
    inputs[0] = 1
    for (let lag = 0; lag < lags; lag++) {
      inputs[1 + lag] = held(this.#scales.standardized(this.#lags[lag] as number, 0))
    }
    for (let field = 1; field < point.length; field++) {
      inputs[lags + field] = held(this.#scales.standardized(point[field] as number, field))
    }
    const { means, spreads } = this.#scales
    const forecast = held(this.#fit.predict(inputs))
    this.#expected = (means[0] as number) + (spreads[0] as number) * forecast
    this.#error = tame(point[0] as number) - this.#expected
  }
}

function lagsOf({ lags }: RegressionParameters, dimensions: number): number {
  return lags ?? (dimensions === 1 ? 8 : 0)
}

function held(value: number): number {
  return Math.min(Math.max(value, -inputMost), inputMost)
}

/**
 * Distance of the first field from what a linear function of its last values and of the other fields makes of it, in usual deviations.
 * The function is the least-squares one of the past with exponential forgetting (recursive least squares, Plackett 1950), in
 * standardised numbers; it learns, and remembers as last values, only what lies within three deviations, or what stays beyond.
 * Memory with n inputs, lags and fields together: 4 n (n + 1) + 16 n bytes, and at most 24 for each lag and field: 632 with one field.
 */
export const regression = defineDetector<RegressionParameters>({
  name: 'regression',
  summary: 'Error of a linear forecast of the first field by its past and the other fields.',
  parameters: regressionSchema,
  dimensions: 'any',
  bytes: (parameters, { dimensions }) => {
    const lags = lagsOf(parameters, dimensions)
    const parts = RunningScales.bytes(dimensions) + LeastSquares.bytes(lags + dimensions)
    return parts + 8 * lags + 32
  },
  create: (parameters, scope) => new Regression(parameters, scope),
})
