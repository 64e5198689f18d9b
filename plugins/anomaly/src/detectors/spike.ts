import { defineDetector, type Detector, type DetectorEvidence } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { tame } from '../numbers/deviations.ts'
import { RareTail, type RareTailData } from '../numbers/rare-tail.ts'
import { RecentNumbers } from '../numbers/recent-numbers.ts'

const spikeSchema = z.strictObject({
  rarity: z.number().min(1e-12).max(1e-3).default(1e-5).meta({
    description: 'Only points that are no more frequent than this are told of.',
  }),
  memory: z.int().min(80).max(1_000_000).default(3200).meta({
    description: 'Points that what is usual is about.',
  }),
})

/** Parameters of `spike`, defaults filled in. */
type SpikeParameters = z.output<typeof spikeSchema>

interface SpikeData {
  /** The oldest first. */
  readonly values: Float64Array
  readonly tail: RareTailData
}

/** Values before the point whose median it should be near. */
const AROUND = 5

class Spike implements Detector {
  readonly evidence: DetectorEvidence & { expected: [number]; low: [number]; high: [number] } = {
    expected: [Number.NaN],
    low: [Number.NaN],
    high: [Number.NaN],
  }
  readonly #values = new RecentNumbers(AROUND)
  readonly #middle = new Float64Array(AROUND)
  readonly #tail: RareTail

  constructor({ rarity, memory }: SpikeParameters) {
    this.#tail = new RareTail(rarity, memory)
  }

  score(point: Float64Array): number {
    const median = this.#median()
    return this.#tell(median, distanceOf(tame(point[0] as number), median))
  }

  update(point: Float64Array): number {
    const value = tame(point[0] as number)
    const median = this.#median()
    const distance = distanceOf(value, median)
    const score = this.#tell(median, distance)
    this.#values.push(value)
    this.#tail.add(distance)
    return score
  }

  snapshot(): SpikeData {
    return { values: this.#values.toArray(), tail: this.#tail.snapshot() }
  }

  restore({ values, tail }: SpikeData): void {
    this.#values.clear()
    for (const value of values) this.#values.push(value)
    this.#tail.restore(tail)
  }

  #tell(median: number, distance: number): number {
    const { expected, low, high } = this.evidence
    const score = this.#tail.surprise(distance)
    const isKnown = !Number.isNaN(score)
    expected[0] = median
    low[0] = isKnown ? median - this.#tail.limit : Number.NaN
    high[0] = isKnown ? median + this.#tail.limit : Number.NaN
    return score
  }

  /** Of the last values; NaN while there are too few. */
  #median(): number {
    const { data, end, length } = this.#values
    if (length < AROUND) return Number.NaN
    const middle = this.#middle
    for (let index = 0; index < AROUND; index++) {
      const value = data[end - AROUND + index] as number
      let to = index
      for (; to > 0 && (middle[to - 1] as number) > value; to--) {
        middle[to] = middle[to - 1] as number
      }
      middle[to] = value
    }
    return middle[AROUND >> 1] as number
  }
}

/** Below the 12th digit of what it should be a distance is rounding. */
function distanceOf(value: number, median: number): number {
  const distance = Math.abs(value - median)
  return distance <= 1e-12 * Math.abs(median) ? 0 : distance
}

/**
 * Tells of single points that are far beyond what is usual from one point to the next, and scores 0 for all else. Looks at the distance
 * of a point from the median of the five before it. How rare that is comes from a generalised Pareto tail through the distances that 1 in
 * 250, 1 in 31 and 1 in 4 are beyond: what is rarer has no part in it, so that a spike is as strange where a few like it came before.
 * What comes more often than once in 250 points is usual. A score is -log10 of how rare, at least that of `rarity`: of independent
 * points of any kind as many are told of as `rarity` says, within a factor of three or so.
 *
 * Evidence: the median, and the band outside of which it tells. Knows nothing for the first 325 points. Memory: a byte for each point of
 * `memory`, and 56; two more alive.
 */
export const spike = defineDetector<SpikeParameters>({
  name: 'spike',
  summary: 'Single points far beyond what is usual from one to the next; silent about all else.',
  parameters: spikeSchema,
  main: 'rarity',
  dimensions: 'one',
  surprises: true,
  bytes: ({ memory }) => RareTail.bytes(memory) + 8 * AROUND,
  create: (parameters) => new Spike(parameters),
})
