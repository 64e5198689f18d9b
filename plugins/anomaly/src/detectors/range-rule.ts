import {
  defineDetector,
  type Detector,
  type DetectorEvidence,
  type DetectorScope,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'

const rangeRuleSchema = z.strictObject({
  tolerance: z.number().min(0).default(0.05).meta({
    description:
      'How far outside of the range seen so far is still normal, as a share of that range.',
  }),
  from: z.enum(['expected', 'seen']).default('expected').meta({
    description:
      'Where the range begins: `expected` with the one that is said to be expected, if there is one; `seen` with the first point, so that what was never reached is strange although it was to be expected one day.',
  }),
})

/** Parameters of the range rule, defaults filled in. */
type RangeRuleParameters = z.output<typeof rangeRuleSchema>

interface RangeRuleData {
  readonly lows: Ends
  readonly highs: Ends
}

/** The value that is furthest to one side, and the next one to it. */
type Ends = readonly [number, number]

/** A value that is so many times as far from all others as these are from each other has to come a second time to count. */
const BEYOND_ALL = 1000

class RangeRule implements Detector {
  readonly evidence: DetectorEvidence & { low: [number]; high: [number] } = {
    low: [Number.NaN],
    high: [Number.NaN],
  }
  readonly #tolerance: number
  #lows: Ends = [Infinity, Infinity]
  #highs: Ends = [-Infinity, -Infinity]
  /** Of both, what counts. */
  #low = Infinity
  #high = -Infinity

  constructor({ tolerance, from }: RangeRuleParameters, { range }: DetectorScope) {
    this.#tolerance = tolerance
    if (range !== undefined && from === 'expected') {
      const [low, high] = range
      this.restore({ lows: [low, low], highs: [high, high] })
    }
  }

  score(point: Float64Array): number {
    const value = point[0] as number
    const { low, high } = this.evidence
    if (this.#low > this.#high) {
      low[0] = Number.NaN
      high[0] = Number.NaN
      return Number.NaN
    }
    // Halves, since the difference of two finite numbers need not be one.
    const half = this.#high / 2 - this.#low / 2
    const margin = 2 * this.#tolerance * half
    low[0] = this.#low - margin
    high[0] = this.#high + margin
    const beyond = Math.max(value / 2 - this.#high / 2, this.#low / 2 - value / 2) - margin / 2
    if (beyond <= 0) return 0
    return half === 0 ? 1 : Math.min(beyond / half, Number.MAX_VALUE)
  }

  update(point: Float64Array): number {
    const score = this.score(point)
    const value = point[0] as number
    if (value < this.#lows[1] || value > this.#highs[1]) this.#learn(value)
    return score
  }

  snapshot(): RangeRuleData {
    return { lows: this.#lows, highs: this.#highs }
  }

  restore({ highs, lows }: RangeRuleData): void {
    this.#lows = lows
    this.#highs = highs
    this.#settle()
  }

  #learn(value: number): void {
    const [lowest, low] = this.#lows
    const [highest, high] = this.#highs
    this.#lows = value < lowest ? [value, lowest] : [lowest, Math.min(low, value)]
    this.#highs = value > highest ? [value, highest] : [highest, Math.max(high, value)]
    this.#settle()
  }

  #settle(): void {
    const [lowest, low] = this.#lows
    const [highest, high] = this.#highs
    const width = high - low
    // What is constant but for one value gives no measure, nor do fewer than three.
    const most = width > 0 ? BEYOND_ALL * width : Infinity
    this.#low = low - lowest > most ? low : lowest
    this.#high = highest - high > most ? high : highest
  }
}

/**
 * How far a value lies outside of all that was seen so far, as a share of that range; 0 within it. Knows the next point from the
 * first on. One value that lies over a thousand times as far from all others as these lie from each other, such as the largest number there is, does not
 * widen the range: what comes a second time does. Memory: 32 bytes.
 */
export const rangeRule = defineDetector<RangeRuleParameters>({
  name: 'range',
  summary: 'How far a value lies outside of the range seen so far.',
  parameters: rangeRuleSchema,
  main: 'tolerance',
  dimensions: 'one',
  bytes: () => 32,
  create: (parameters, scope) => new RangeRule(parameters, scope),
})
