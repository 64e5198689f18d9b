import { defineDetector, type Detector, type DetectorEvidence } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { tame } from '../numbers/deviations.ts'
import { ParetoTail } from '../numbers/pareto-tail.ts'
import { RecentNumbers } from '../numbers/recent-numbers.ts'
import { SortedWindow } from '../numbers/sorted-window.ts'

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
  readonly blocks: Float64Array
  /** Of the block that is not full yet. */
  readonly most: number
  readonly count: number
}

/** Values before the point whose median it should be near. */
const AROUND = 5
/** Of so many distances the largest is kept. */
const BLOCK = 8
/** With fewer blocks, or as many as it keeps, it says nothing. */
const BLOCKS_LEAST = 40
/** What comes more often than this is usual, however far out it is. */
const OFTEN = 0.004
/** The tail goes through the distances that this share, `STEP` times it, and again `STEP` times that are beyond. */
const STEP = 8
/** A tail is no heavier than that of the Cauchy distribution, and no lighter than exponential. */
const SHAPE_MOST = 1
/** Beyond the distance that is often reached, the tail falls by e on no less than this share of that distance. */
const SCALE_LEAST = 0.05
/** Quantiles nearer to each other than this share are equal but for rounding. */
const ROUNDING = 1e-9
/** Surprise where there never was any distance. */
const SURE = 16

/** Share of blocks whose largest lies beyond what this share of all does. */
const ofBlocks = (share: number): number => 1 - (1 - share) ** BLOCK
const shares = [ofBlocks(OFTEN), ofBlocks(STEP * OFTEN), ofBlocks(STEP * STEP * OFTEN)] as const

class Spike implements Detector {
  readonly evidence: DetectorEvidence & { expected: [number]; low: [number]; high: [number] } = {
    expected: [Number.NaN],
    low: [Number.NaN],
    high: [Number.NaN],
  }
  readonly #rarity: number
  readonly #least: number
  readonly #values = new RecentNumbers(AROUND)
  readonly #middle = new Float64Array(AROUND)
  readonly #blocks: SortedWindow
  readonly #tail = new ParetoTail({ shapeLow: 0, shapeHigh: 1, prior: 0, priorWeight: 0 })
  /** Up to this distance there is nothing to tell; of the blocks there are. */
  #limit = 0
  #fitted = false
  #most = 0
  #count = 0

  constructor({ rarity, memory }: SpikeParameters) {
    const blocks = blocksOf(memory)
    this.#rarity = rarity
    this.#least = Math.min(BLOCKS_LEAST, blocks)
    this.#blocks = new SortedWindow(blocks)
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
    if (Number.isNaN(distance)) return score
    this.#most = Math.max(this.#most, distance)
    this.#count++
    if (this.#count < BLOCK) return score
    this.#blocks.add(this.#most)
    this.#fitted = false
    this.#most = 0
    this.#count = 0
    return score
  }

  snapshot(): SpikeData {
    return {
      values: this.#values.toArray(),
      blocks: this.#blocks.toArray(),
      most: this.#most,
      count: this.#count,
    }
  }

  restore({ values, blocks, most, count }: SpikeData): void {
    this.#values.clear()
    for (const value of values) this.#values.push(value)
    this.#blocks.fill(blocks)
    this.#fitted = false
    this.#most = most
    this.#count = count
  }

  #tell(median: number, distance: number): number {
    const { expected, low, high } = this.evidence
    expected[0] = median
    const isKnown = this.#blocks.size >= this.#least
    if (isKnown && !this.#fitted) this.#fit()
    low[0] = isKnown ? median - this.#limit : Number.NaN
    high[0] = isKnown ? median + this.#limit : Number.NaN
    if (!isKnown) return Number.NaN
    if (distance <= this.#limit) return 0
    if (this.#limit === 0) return SURE
    const beyond = -this.#tail.logBeyond(distance) / Math.LN10
    return Math.max(beyond - Math.log10(OFTEN), -Math.log10(this.#rarity))
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

  /** A generalised Pareto tail through three quantiles (Pickands, 1975): what lies beyond them, spikes too, has no part in it. */
  #fit(): void {
    const [often, middle, low] = shares
    const first = this.#beyond(often)
    const upper = first - this.#beyond(middle)
    const lower = this.#beyond(middle) - this.#beyond(low)
    const isFlat = upper <= ROUNDING * first
    const ratio = lower <= ROUNDING * first ? Infinity : upper / lower
    const shape = isFlat ? 0 : Math.min(Math.max(Math.log(ratio) / Math.log(STEP), 0), SHAPE_MOST)
    // Of a tail from the middle quantile on, `upper` is scale * (STEP ** shape - 1) / shape; the scale grows by shape * upper to the first.
    const atMiddle = shape < ROUNDING ? 1 / Math.log(STEP) : shape / (STEP ** shape - 1)
    const scale = Math.max(upper * (atMiddle + shape), SCALE_LEAST * first)
    const tail = this.#tail
    tail.threshold = first
    tail.shape = shape
    // Where the quantiles are equal, as of counts, only the distance itself says how large distances are.
    tail.scale = isFlat ? first : scale
    this.#limit = first === 0 ? 0 : tail.quantile(this.#rarity / OFTEN)
    this.#fitted = true
  }

  /** The distance that the largest of so many blocks are beyond. */
  #beyond(share: number): number {
    const { size } = this.#blocks
    return this.#blocks.at(Math.min(Math.floor(size * (1 - share)), size - 1))
  }
}

/** Below the 12th digit of what it should be a distance is rounding. */
function distanceOf(value: number, median: number): number {
  const distance = Math.abs(value - median)
  return distance <= 1e-12 * Math.abs(median) ? 0 : distance
}

const blocksOf = (memory: number): number => Math.ceil(memory / BLOCK)

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
  bytes: ({ memory }) => 8 * (blocksOf(memory) + AROUND + 2),
  create: (parameters) => new Spike(parameters),
})
