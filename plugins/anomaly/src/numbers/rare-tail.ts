import { ParetoTail } from './pareto-tail.ts'
import { SortedWindow } from './sorted-window.ts'

/** What a rare tail keeps, as plain data. */
export interface RareTailData {
  /** The oldest first. */
  readonly blocks: Float64Array
  /** Of the block that is not full yet. */
  readonly most: number
  readonly count: number
}

/** Of so many sizes the largest is kept. */
const BLOCK = 8
/** With fewer blocks, or as many as it keeps, it says nothing. */
const BLOCKS_LEAST = 40
/** What comes more often than this is usual, however far out it is. */
const OFTEN = 0.004
/** The tail goes through the sizes that this share, `STEP` times it, and again `STEP` times that are beyond. */
const STEP = 8
/** Beyond the size that is often reached, the tail falls by e on no less than this share of it. */
const SCALE_LEAST = 0.05
/** Quantiles nearer to each other than this share are equal but for rounding. */
const ROUNDING = 1e-9
/** Surprise where there never was any size but 0. */
const SURE = 16

/** Share of blocks whose largest lies beyond what this share of all does. */
const ofBlocks = (share: number): number => 1 - (1 - share) ** BLOCK
const shares = [ofBlocks(OFTEN), ofBlocks(STEP * OFTEN), ofBlocks(STEP * STEP * OFTEN)] as const

/**
 * Tells of sizes that are far beyond what is usual. How rare one is comes from a generalised Pareto tail through the sizes that 1 in
 * 250, 1 in 31 and 1 in 4 are beyond: what is rarer has no part in it, so that an extreme one is as rare where a few like it came before;
 * what comes more often than once in 250 points is usual. Sizes are at least 0. Memory: a byte for each point, and 16; alive two.
 */
export class RareTail {
  /** Up to this size there is nothing to tell; once it is known. */
  limit = 0
  readonly #rarity: number
  readonly #least: number
  readonly #shapeMost: number
  readonly #blocks: SortedWindow
  readonly #tail = new ParetoTail({ shapeLow: 0, shapeHigh: 1, prior: 0, priorWeight: 0 })
  #fitted = false
  #most = 0
  #count = 0

  /**
   * `memory` is how many points it is about; only what is no more frequent than `rarity` is told of. A tail is no lighter than
   * exponential, which is shape 0, and no heavier than `shapeMost`, by default that of the Cauchy distribution.
   */
  constructor(rarity: number, memory: number, shapeMost = 1) {
    const blocks = blocksOf(memory)
    this.#rarity = rarity
    this.#shapeMost = shapeMost
    this.#least = Math.min(BLOCKS_LEAST, blocks)
    this.#blocks = new SortedWindow(blocks)
  }

  /** At most so many bytes has a snapshot. */
  static bytes(memory: number): number {
    return 8 * (blocksOf(memory) + 2)
  }

  /** -log10 of how rare the size is where that is no more frequent than the rarity, else 0; NaN while that is not known, and for NaN. */
  surprise(size: number): number {
    if (this.#blocks.size < this.#least || Number.isNaN(size)) return Number.NaN
    if (!this.#fitted) this.#fit()
    if (size <= this.limit) return 0
    if (this.limit === 0) return SURE
    const beyond = -this.#tail.logBeyond(size) / Math.LN10
    return Math.max(beyond - Math.log10(OFTEN), -Math.log10(this.#rarity))
  }

  /** Learns a size; NaN is passed over. */
  add(size: number): void {
    if (Number.isNaN(size)) return
    this.#most = Math.max(this.#most, size)
    this.#count++
    if (this.#count < BLOCK) return
    this.#blocks.add(this.#most)
    this.#fitted = false
    this.#most = 0
    this.#count = 0
  }

  snapshot(): RareTailData {
    return { blocks: this.#blocks.toArray(), most: this.#most, count: this.#count }
  }

  restore({ blocks, most, count }: RareTailData): void {
    this.#blocks.fill(blocks)
    this.#fitted = false
    this.#most = most
    this.#count = count
  }

  /** A generalised Pareto tail through three quantiles (Pickands, 1975): what lies beyond them, spikes too, has no part in it. */
  #fit(): void {
    const [often, middle, low] = shares
    const first = this.#beyond(often)
    const upper = first - this.#beyond(middle)
    const lower = this.#beyond(middle) - this.#beyond(low)
    const isFlat = upper <= ROUNDING * first
    const ratio = lower <= ROUNDING * first ? Infinity : upper / lower
    const shape = isFlat
      ? 0
      : Math.min(Math.max(Math.log(ratio) / Math.log(STEP), 0), this.#shapeMost)
    // Of a tail from the middle quantile on, `upper` is scale * (STEP ** shape - 1) / shape; the scale grows by shape * upper to the first.
    const atMiddle = shape < ROUNDING ? 1 / Math.log(STEP) : shape / (STEP ** shape - 1)
    const scale = Math.max(upper * (atMiddle + shape), SCALE_LEAST * first)
    const tail = this.#tail
    tail.threshold = first
    tail.shape = shape
    // Where the quantiles are equal, as of counts, only the size itself says how large sizes are.
    tail.scale = isFlat ? first : scale
    this.limit = first === 0 ? 0 : tail.quantile(this.#rarity / OFTEN)
    this.#fitted = true
  }

  /** The size that the largest of so many blocks are beyond. */
  #beyond(share: number): number {
    const { size } = this.#blocks
    return this.#blocks.at(Math.min(Math.floor(size * (1 - share)), size - 1))
  }
}

const blocksOf = (memory: number): number => Math.ceil(memory / BLOCK)
