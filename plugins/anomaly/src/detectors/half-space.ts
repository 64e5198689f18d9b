import { defineDetector, type Detector, type DetectorScope } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { tame } from '../numbers/deviations.ts'
import { limited } from '../numbers/limited.ts'
import { toShares } from '../numbers/shares.ts'
import { SeededRandom } from '../seeded-random.ts'

const halfSpaceSchema = z.strictObject({
  trees: z.int().min(1).max(1000).default(25).meta({
    description: 'Trees whose masses are summed up. More are steadier and slower.',
  }),
  depth: z.int().min(1).max(15).default(6).meta({
    description: 'How often a tree halves the space. Each one more doubles the memory.',
  }),
  window: z.int().min(8).max(10_000).default(250).meta({
    description: 'Points of a window: those of the last full one are compared with.',
  }),
})

/** Parameters of `half-space`, defaults filled in. */
type HalfSpaceParameters = z.output<typeof halfSpaceSchema>

interface HalfSpaceData {
  readonly seen: number
  readonly ring: Float64Array
  readonly lows: Float64Array
  readonly extents: Float64Array
  readonly masses: Int32Array
}

/** A node with at most this share of a window is not looked into. */
const SIZE_LIMIT = 0.1
/** So many points of a window tell its extents, and this share of them on either side does not count. */
const SAMPLED = 64
const TRIMMED = 0.02
/** Extents that changed by more than this factor are reason to place the boxes anew, and so are low ends that moved by one of them. */
const OUTGROWN = 4
/** Places are whole numbers, so many to an extent, and no box reaches so many extents far. */
const UNIT = 2 ** 20
const FARTHEST = 8
/** How masses of two windows are packed into one number of 32 bits. */
const LATEST = 16
const REFERENCE = 0xffff

class HalfSpace implements Detector {
  readonly evidence: { contributions: Float64Array | undefined } = { contributions: undefined }
  readonly #depth: number
  readonly #window: number
  readonly #dimensions: number
  readonly #trees: number
  readonly #limit: number
  readonly #most: number
  /** Dimension that each node halves, and where, in units from the low end; the root of a tree is at 1. */
  readonly #halves: Uint16Array
  readonly #middles: Int32Array
  readonly #lost: Float64Array
  #seen = 0
  /** The points of the window that is being counted. */
  readonly #ring: Float64Array
  readonly #lows: Float64Array
  readonly #extents: Float64Array
  readonly #nextLows: Float64Array
  readonly #nextExtents: Float64Array
  readonly #column: Float64Array
  readonly #places: Int32Array
  /** Points of the last full window in each node in the lower half, of this one so far in the upper. */
  readonly #masses: Int32Array

  constructor({ trees, depth, window }: HalfSpaceParameters, { dimensions, seed }: DetectorScope) {
    this.#trees = trees
    this.#depth = depth
    this.#window = window
    this.#dimensions = dimensions
    this.#limit = Math.floor(SIZE_LIMIT * window)
    this.#most = trees * (window * 2 ** depth + 1)
    const random = new SeededRandom(seed)
    const nodes = trees << depth
    this.#halves = Uint16Array.from({ length: nodes }, () => random.next() * dimensions)
    this.#middles = new Int32Array(nodes)
    for (let tree = 0; tree < trees; tree++) this.#plant(tree, random)
    this.#lost = new Float64Array(dimensions)
    this.#ring = new Float64Array(window * dimensions)
    this.#lows = new Float64Array(dimensions)
    this.#extents = new Float64Array(dimensions)
    this.#nextLows = new Float64Array(dimensions)
    this.#nextExtents = new Float64Array(dimensions)
    this.#column = new Float64Array(Math.min(window, SAMPLED))
    this.#places = new Int32Array(dimensions)
    this.#masses = new Int32Array(2 * nodes)
  }

  score(point: Float64Array): number {
    if (this.#seen < this.#window) {
      this.evidence.contributions = undefined
      return Number.NaN
    }
    this.#place(point)
    return this.#ask(0)
  }

  update(point: Float64Array): number {
    let score = Number.NaN
    if (this.#seen >= this.#window) {
      this.#place(point)
      score = this.#ask(1)
    }
    const at = this.#seen % this.#window
    for (let k = 0; k < this.#dimensions; k++) {
      this.#ring[at * this.#dimensions + k] = tame(point[k] as number)
    }
    this.#seen++
    if (at === this.#window - 1) this.#turn()
    return score
  }

  snapshot(): HalfSpaceData {
    return {
      seen: this.#seen,
      ring: this.#ring.slice(),
      lows: this.#lows.slice(),
      extents: this.#extents.slice(),
      masses: this.#masses.slice(),
    }
  }

  restore(data: HalfSpaceData): void {
    this.#seen = data.seen
    this.#ring.set(data.ring)
    this.#lows.set(data.lows)
    this.#extents.set(data.extents)
    this.#masses.set(data.masses)
  }

  /** Finds where a point lies, in whole numbers: far outside is as good as at the edge of all boxes. */
  #place(point: Float64Array): void {
    for (let k = 0; k < this.#dimensions; k++) {
      const distance = tame(point[k] as number) - (this.#lows[k] as number)
      const extents = distance / (this.#extents[k] as number)
      this.#places[k] = UNIT * limited(extents, FARTHEST)
    }
  }

  /** Draws the boxes of a tree: in each dimension one about the extent of the points, halved at every node that halves it. */
  #plant(tree: number, random: SeededRandom): void {
    const ends = Array.from({ length: this.#dimensions }, () => {
      const center = random.next()
      const reach = 2 * Math.max(center, 1 - center)
      return [center - reach, center + reach] as const
    })
    const boxes = [ends, ends]
    const nodes = 1 << this.#depth
    for (let node = 1; node < nodes; node++) {
      const at = (tree << this.#depth) + node
      const half = this.#halves[at] as number
      const box = boxes[node] as typeof ends
      const [low, high] = box[half] as readonly [number, number]
      const middle = (low + high) / 2
      // A place at the middle is above it.
      this.#middles[at] = Math.ceil(UNIT * middle) - 1
      boxes[2 * node] = box.with(half, [low, middle])
      boxes[2 * node + 1] = box.with(half, [middle, high])
    }
  }

  /**
   * The score of the point that was placed, which is counted in every node on its way as many times as `learnt`. The mass where a way
   * down ends is doubled for each level: of evenly spread points it is the same at each depth.
   */
  #ask(learnt: 0 | 1): number {
    const masses = this.#masses
    const halves = this.#halves
    const middles = this.#middles
    const places = this.#places
    const lost = this.#lost
    const depth = this.#depth
    const limit = this.#limit
    const counted = learnt << LATEST
    const trees = this.#trees
    lost.fill(0)
    let sum = this.#trees
    for (let tree = 0; tree < trees; tree++) {
      const first = tree << depth
      const root = 2 * first
      let node = 1
      let packed = masses[root + 1] as number
      masses[root + 1] = packed + counted
      let mass = packed & REFERENCE
      let scaled = mass
      for (let level = 1; level <= depth; level++) {
        const half = halves[first + node] as number
        // Signs instead of comparisons: no branch could be foreseen here. All bits are set as long as the way goes on.
        const goesOn = (limit - mass) >> 31
        node = 2 * node + (((middles[first + node] as number) - (places[half] as number)) >>> 31)
        packed = masses[root + node] as number
        masses[root + node] = packed + counted
        mass = packed & REFERENCE & goesOn
        const drop = (scaled - (mass << level)) & goesOn
        lost[half] = (lost[half] as number) + drop
        scaled -= drop
      }
      sum += scaled
    }
    this.evidence.contributions = toShares(lost)
    return Math.log2(this.#most / sum)
  }

  /** A window is full: the next ones are compared with it. */
  #turn(): void {
    if (this.#isOutgrown()) this.#recount()
    else for (let i = 0; i < this.#masses.length; i++) this.#masses[i]! >>= LATEST
  }

  /** Counts the window anew, as the one that is compared with. */
  #recount(): void {
    this.#masses.fill(0)
    const size = this.#dimensions
    for (let i = 0; i < this.#window; i++) {
      this.#place(this.#ring.subarray(i * size, (i + 1) * size))
      for (let tree = 0; tree < this.#trees; tree++) {
        const first = tree << this.#depth
        for (let node = 1; ;) {
          const at = 2 * first + node
          this.#masses[at] = (this.#masses[at] as number) + 1
          if (node >> this.#depth) break
          const half = this.#halves[first + node] as number
          const isHigh = (this.#places[half] as number) > (this.#middles[first + node] as number)
          node = 2 * node + (isHigh ? 1 : 0)
        }
      }
    }
  }

  /** Whether the boxes did not fit the points of the window; now they do. */
  #isOutgrown(): boolean {
    let isOutgrown = this.#seen === this.#window
    for (let k = 0; k < this.#dimensions; k++) {
      const column = this.#column
      for (let i = 0; i < column.length; i++) {
        const at = Math.floor((i * this.#window) / column.length)
        column[i] = this.#ring[at * this.#dimensions + k] as number
      }
      column.sort()
      const trimmed = Math.floor(TRIMMED * column.length)
      const low = column[trimmed] as number
      const high = column[column.length - 1 - trimmed] as number
      // What does not move has some extent, too: below it there is nothing but rounding.
      const extent = Math.max(high - low, 1e-9 * Math.abs(low), 1e-100)
      const placed = this.#extents[k] as number
      const ratio = extent / placed
      const shift = Math.abs(low - (this.#lows[k] as number)) / Math.max(extent, placed)
      isOutgrown ||= ratio > OUTGROWN || ratio < 1 / OUTGROWN || shift > 1
      this.#nextLows[k] = low
      this.#nextExtents[k] = extent
    }
    if (isOutgrown) {
      this.#lows.set(this.#nextLows)
      this.#extents.set(this.#nextExtents)
    }
    return isOutgrown
  }
}

/**
 * Streaming half-space trees (Tan, Ting and Liu, IJCAI 2011): trees that halve the space at random, made before any point comes; each
 * counts the points of a window in its nodes, and a point is strange where few of the last window's were. The score is the logarithm
 * of the largest mass there could be over the mass there is: 0 where all points are, and it rises as the sum of masses of the paper
 * falls. The boxes are placed by the 2 % and 98 % quantiles of 64 points of the first window, and anew where a later window has outgrown them. The
 * contributions are how much of the mass is lost at the cuts of each dimension. The paper's depth of 15 takes 6.5 MB for each key and
 * misses the caches; deeper than 6 was no better on any of our series, with windows of 250, and slower. Knows nothing until the first window is full.
 *
 * Memory: a snapshot has trees * 8 * 2^depth + 8 * dimensions * (window + 2) + 8 bytes, 19 KB with three dimensions and the defaults;
 * alive there are 6 * trees * 2^depth more, 10 KB.
 */
export const halfSpace = defineDetector<HalfSpaceParameters>({
  name: 'half-space',
  summary: 'Half-space trees: how empty the place of a point was in the last window. Fast.',
  parameters: halfSpaceSchema,
  main: 'trees',
  dimensions: 'any',
  bytes: ({ trees, depth, window }, { dimensions }) =>
    trees * 8 * 2 ** depth + 8 * dimensions * (window + 2) + 8,
  create: (parameters, scope) => new HalfSpace(parameters, scope),
})
