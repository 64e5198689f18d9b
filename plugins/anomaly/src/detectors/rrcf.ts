import { defineDetector, type Detector, type DetectorScope } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { CutForest, type CutForestData, type Place } from '../forest/cut-forest.ts'
import { tame } from '../numbers/deviations.ts'
import { RunningScales, type RunningScalesData } from '../numbers/running-scales.ts'
import { toShares } from '../numbers/shares.ts'
import { SeededRandom } from '../seeded-random.ts'

const rrcfSchema = z.strictObject({
  trees: z.int().min(1).max(1000).default(40).meta({
    description: 'Trees whose displacements are averaged. More are steadier and slower.',
  }),
  points: z.int().min(2).max(4096).default(256).meta({
    description: 'Points that the trees hold: the newest ones.',
  }),
  shingle: z.int().min(1).max(64).default(1).meta({
    description:
      'Consecutive points that are judged as one, so that shapes count, not only values.',
  }),
})

/** Parameters of `rrcf`, defaults filled in. */
type RrcfParameters = z.output<typeof rrcfSchema>

interface RrcfData {
  readonly random: readonly number[]
  readonly scales: RunningScalesData
  readonly past: Float64Array
  readonly seen: number
  readonly points: Float64Array
  readonly copies: Uint16Array
  readonly ring: Uint16Array
  readonly forest: CutForestData
}

/** Points in the trees below which they are not asked. */
const FEWEST = 8
/** The scales are about so many times the points in the trees. */
const SCALE_LENGTHS = 4

class Rrcf implements Detector {
  readonly evidence: { contributions: Float64Array | undefined; span: number }
  readonly #dimensions: number
  readonly #size: number
  readonly #random: SeededRandom
  /** Where the generator stands behind the point that is scored. */
  readonly #trial: SeededRandom
  readonly #scales: RunningScales
  readonly #weights: Float64Array
  readonly #shares: Float64Array
  /** The newest points, one behind the other; the last of them is the one that is scored. */
  readonly #shingle: Float64Array
  #seen = 0
  readonly #points: Float64Array
  readonly #copies: Uint16Array
  /** Slots of the points in the trees, in the order in which they came, around. */
  readonly #ring: Uint16Array
  readonly #forest: CutForest
  readonly #places: readonly Place[]

  constructor({ trees, points, shingle }: RrcfParameters, { dimensions, seed }: DetectorScope) {
    this.#dimensions = dimensions
    this.#size = dimensions * shingle
    this.#random = new SeededRandom(seed)
    this.#trial = new SeededRandom(seed)
    this.#scales = new RunningScales(dimensions, SCALE_LENGTHS * points)
    this.#weights = new Float64Array(this.#size)
    this.#shares = new Float64Array(dimensions)
    this.#shingle = new Float64Array(this.#size)
    // A point goes in before the oldest goes out.
    this.#points = new Float64Array((points + 1) * this.#size)
    this.#copies = new Uint16Array(points + 1)
    this.#ring = new Uint16Array(points)
    this.#forest = new CutForest(trees, this.#points, this.#copies, this.#weights)
    this.#places = Array.from({ length: trees }, noPlace)
    this.evidence = { contributions: undefined, span: shingle }
  }

  score(point: Float64Array): number {
    this.evidence.contributions = undefined
    const last = this.#size - this.#dimensions
    for (let k = 0; k < this.#dimensions; k++) this.#shingle[last + k] = tame(point[k] as number)
    const held = this.#held
    if (held < 0) return Number.NaN
    for (let k = 0; k < this.#size; k++) {
      this.#weights[k] = this.#scales.weight(k % this.#dimensions)
    }
    this.#trial.copy(this.#random)
    this.#shares.fill(0)
    let sum = 0
    for (let tree = 0; tree < this.#places.length; tree++) {
      const place = this.#places[tree] as Place
      this.#forest.find(tree, this.#shingle, this.#trial, place)
      sum += place.displacement
      const by = place.by % this.#dimensions
      this.#shares[by] = (this.#shares[by] as number) + place.displacement
    }
    if (held < FEWEST) return Number.NaN
    this.evidence.contributions = toShares(this.#shares)
    return sum / this.#places.length
  }

  update(point: Float64Array): number {
    const score = this.score(point)
    if (this.#held >= 0) {
      this.#random.copy(this.#trial)
      this.#insert()
    }
    this.#seen++
    this.#scales.learn(point)
    this.#shingle.copyWithin(0, this.#dimensions)
    return score
  }

  snapshot(): RrcfData {
    return {
      random: this.#random.snapshot(),
      scales: this.#scales.snapshot(),
      past: this.#shingle.slice(0, this.#size - this.#dimensions),
      seen: this.#seen,
      points: this.#points.slice(),
      copies: this.#copies.slice(),
      ring: this.#ring.slice(),
      forest: this.#forest.snapshot(),
    }
  }

  restore(data: RrcfData): void {
    this.#random.restore(data.random)
    this.#scales.restore(data.scales)
    this.#shingle.set(data.past)
    this.#seen = data.seen
    this.#points.set(data.points)
    this.#copies.set(data.copies)
    this.#ring.set(data.ring)
    this.#forest.restore(data.forest)
  }

  /** How many shingles came so far; below 0 until the first is complete. */
  get #held(): number {
    return this.#seen - this.#size / this.#dimensions + 1
  }

  #insert(): void {
    const trees = this.#places.length
    const { equal, node } = this.#places[0] as Place
    const slot = equal ? node : this.#copies.indexOf(0)
    if (!equal) this.#points.set(this.#shingle, slot * this.#size)
    this.#copies[slot] = (this.#copies[slot] as number) + 1
    for (let tree = 0; tree < trees; tree++) {
      if (equal) this.#forest.count(tree, slot, 1)
      else this.#forest.insert(tree, slot, this.#places[tree] as Place)
    }
    const at = this.#held % this.#ring.length
    if (this.#held >= this.#ring.length) this.#remove(this.#ring[at] as number)
    this.#ring[at] = slot
  }

  #remove(slot: number): void {
    const copies = (this.#copies[slot] as number) - 1
    for (let tree = 0; tree < this.#places.length; tree++) {
      if (copies > 0) this.#forest.count(tree, slot, -1)
      else this.#forest.remove(tree, slot)
    }
    this.#copies[slot] = copies
  }
}

function noPlace(): Place {
  return { node: 0, equal: false, dimension: 0, cut: 0, displacement: 0, by: 0 }
}

/**
 * Robust random cut forest (Guha, Mishra, Roy and Schrijvers, ICML 2016): trees of random cuts over the newest points; the score is
 * the collusive displacement a point would have as the next one, averaged over the trees: the largest ratio, on its way to the root,
 * of the points beside it to the points with it. Cuts fall into a dimension in proportion to its extent in running deviations, so that
 * units do not count. The contributions are the displacements by the dimension of the cut where each tree has its largest.
 * The same in other units as long as there is one dimension; with more, as soon as all of them have moved.
 *
 * Memory, with D the dimensions times `shingle`: trees * (points + 1) * (20 + 4 D) + (points + 1) * (4 + 8 D) bytes and a few for each
 * dimension; 337 KB with three dimensions and the defaults.
 */
export const rrcf = defineDetector<RrcfParameters>({
  name: 'rrcf',
  summary: 'Robust random cut forest: how many points a new one sets apart from itself.',
  parameters: rrcfSchema,
  main: 'trees',
  dimensions: 'any',
  bytes: ({ trees, points, shingle }, { dimensions }) => {
    const size = dimensions * shingle
    const slots = points + 1
    const forest = CutForest.bytes(trees, slots, size)
    return forest + slots * (8 * size + 4) + RunningScales.bytes(dimensions) + 8 * size + 40
  },
  create: (parameters, scope) => new Rrcf(parameters, scope),
})
