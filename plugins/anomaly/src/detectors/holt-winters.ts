import { defineDetector } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { periodParameter } from '../numbers/period-parameter.ts'
import { type Baseline, SeasonalResidual } from './seasonal-residual.ts'

const rate = z.number().min(0).max(1)

const holtWintersSchema = z.strictObject({
  period: periodParameter,
  level: rate.default(0.05).meta({
    description: 'Share of an error that the level takes over: 0 never moves, 1 forgets at once.',
  }),
  trend: rate.default(0.02).meta({
    description: 'Share of a move of the level that the trend takes over.',
  }),
  season: rate.default(0.2).meta({
    description: 'Share of the rest of an error that the season takes over.',
  }),
})

/** Parameters of `holt-winters`, defaults filled in. */
type HoltWintersParameters = z.output<typeof holtWintersSchema>

/** The trend fades so much with each point, lest it runs away. */
const damping = 0.98

/** Level and damped trend. */
class Levels implements Baseline {
  readonly #rates: HoltWintersParameters
  #level = 0
  #trend = 0

  constructor(rates: HoltWintersParameters) {
    this.#rates = rates
  }

  get next(): number {
    return this.#level + damping * this.#trend
  }

  begin(value: number): void {
    this.#level = value
    this.#trend = 0
  }

  follow(error: number): number {
    const { level, trend, season } = this.#rates
    this.#trend *= damping
    this.#level += this.#trend + level * error
    this.#trend += trend * level * error
    return season * (1 - level) * error
  }

  snapshot(): Float64Array {
    return Float64Array.of(this.#level, this.#trend)
  }

  restore([level = 0, trend = 0]: Float64Array): void {
    this.#level = level
    this.#trend = trend
  }
}

/**
 * Distance from the forecast for this point in deviations of such forecasts: additive exponential smoothing of level, damped trend and
 * season (Holt 1957, Winters 1960, in the error-correction form of Hyndman et al. 2008), with the errors it learns from held within
 * three deviations (Gelper, Fried and Croux 2010), so that an outlier is neither learnt nor echoed one period later. Without a period it
 * has level and trend alone. Memory: what the season keeps, and 8 bytes for each point of a period: at most 23 KB with `auto`.
 */
export const holtWinters = defineDetector<HoltWintersParameters>({
  name: 'holt-winters',
  summary: 'Error of a forecast by level, trend and season.',
  parameters: holtWintersSchema,
  main: 'period',
  dimensions: 'one',
  bytes: ({ period }) => SeasonalResidual.bytes(period) + 16,
  create: (parameters) => new SeasonalResidual(parameters.period, new Levels(parameters)),
})
