import { defineDetector, type Detector } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { Band } from '../numbers/band.ts'
import { deviations, tame } from '../numbers/deviations.ts'

const ewmaSchema = z.strictObject({
  halfLife: z.number().min(1).default(200).meta({
    description: 'Points after which a point counts half as much as the newest one.',
  }),
})

/** Parameters of `ewma`, defaults filled in. */
type EwmaParameters = z.output<typeof ewmaSchema>

interface EwmaData {
  readonly count: number
  readonly mean: number
  readonly variance: number
}

/** Points without which a variance says nothing. */
const fewest = 3

class Ewma implements Detector {
  readonly evidence = new Band()
  readonly #rate: number
  #count = 0
  #mean = 0
  #variance = 0

  constructor({ halfLife }: EwmaParameters) {
    this.#rate = 1 - 2 ** (-1 / halfLife)
  }

  score(point: Float64Array): number {
    if (this.#count < fewest) {
      this.evidence.set(Number.NaN, Number.NaN)
      return Number.NaN
    }
    const spread = Math.sqrt(this.#variance)
    this.evidence.set(this.#mean, spread)
    return deviations(tame(point[0] as number) - this.#mean, spread, this.#mean)
  }

  update(point: Float64Array): number {
    const score = this.score(point)
    this.#count++
    // The first points count all the same; otherwise the very first one would rule for long.
    const rate = Math.max(1 / this.#count, this.#rate)
    const distance = tame(point[0] as number) - this.#mean
    this.#mean += rate * distance
    this.#variance = (1 - rate) * (this.#variance + rate * distance * distance)
    return score
  }

  snapshot(): EwmaData {
    return { count: this.#count, mean: this.#mean, variance: this.#variance }
  }

  restore(data: EwmaData): void {
    this.#count = data.count
    this.#mean = data.mean
    this.#variance = data.variance
  }
}

/**
 * How many standard deviations a value lies from the mean, both of the past with exponential forgetting (EWMA control chart, Roberts
 * 1959; the recursion of the variance by Finch 2009). Memory: 24 bytes.
 */
export const ewma = defineDetector<EwmaParameters>({
  name: 'ewma',
  summary: 'Distance from the decayed mean in decayed standard deviations.',
  parameters: ewmaSchema,
  main: 'halfLife',
  dimensions: 'one',
  bytes: () => 24,
  create: (parameters) => new Ewma(parameters),
})
