import { defineDetector } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { periodParameter } from '../numbers/period-parameter.ts'
import { TrendFilter } from '../numbers/trend-filter.ts'
import { type Baseline, SeasonalResidual } from './seasonal-residual.ts'

const seasonalSchema = z.strictObject({
  period: periodParameter,
  stiffness: z.number().min(1).max(10_000).default(10).meta({
    description:
      'How much the trend resists: it takes a move of so many usual deviations for its own.',
  }),
})

/** Parameters of `seasonal`, defaults filled in. */
type SeasonalParameters = z.output<typeof seasonalSchema>

const rounds = 4
/** Share of what is left of a value that its season takes over. */
const seasonRate = 0.2

/** A trend that is straight but for few bends and jumps. */
class Trend implements Baseline {
  readonly #filter: TrendFilter

  constructor(stiffness: number) {
    this.#filter = new TrendFilter(stiffness, rounds)
  }

  get next(): number {
    return this.#filter.value
  }

  begin(value: number): void {
    this.#filter.begin(value)
  }

  follow(error: number, deviation: number, isSeasonal: boolean): number {
    const value = this.#filter.value + error
    this.#filter.learn(value, isSeasonal ? 1 - seasonRate : 1, deviation)
    return seasonRate * (value - this.#filter.value)
  }

  snapshot(): Float64Array {
    return this.#filter.snapshot()
  }

  restore(data: Float64Array): void {
    this.#filter.restore(data)
  }
}

/**
 * Distance of a value from trend and season in usual deviations, after a decomposition that is carried on point by point (OneShotSTL, He
 * et al., VLDB 2023): the trend keeps its first and second differences few and small, the season takes over a fifth of what is left.
 * Values teach only as far as three deviations, so that a rise that does not come stays strange for its whole length. Without a period,
 * the trend alone. Memory: what the season keeps, and 8 bytes for each point of a period: at most 23 KB with `auto`.
 */
export const seasonal = defineDetector<SeasonalParameters>({
  name: 'seasonal',
  summary: 'Distance from trend and season, decomposed point by point.',
  parameters: seasonalSchema,
  main: 'period',
  dimensions: 'one',
  bytes: ({ period }) => SeasonalResidual.bytes(period) + 40 * rounds + 8,
  create: ({ period, stiffness }) => new SeasonalResidual(period, new Trend(stiffness)),
})
