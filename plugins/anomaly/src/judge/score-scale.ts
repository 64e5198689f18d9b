import {
  rankOfSurprise,
  RankScale,
  type RankScaleData,
  type RankScaleOptions,
} from './rank-scale.ts'

/** What a score scale keeps, as plain data. */
export interface ScoreScaleData {
  readonly recent: RankScaleData
  readonly long: RankScaleData
  /** Of the block that is not full yet. */
  readonly most: number
  readonly count: number
}

/** So many scores are a block, of which the long scale keeps the largest; so many blocks, and so many of them later. */
const BLOCK = 20
const LONG = { length: 1000, delay: 5 }
/** With fewer blocks the long scale says nothing. */
const BLOCKS_LEAST = 20
/** -log10 p up to which the recent scores alone say how rare a score is: what is in every other block cannot be told by blocks. */
const COMMON = Math.log10(BLOCK)

/**
 * Tells how rare a raw score is, as a rank scale does, against the recent scores (default the last 1000) and against a long past (the
 * largest of each 20 scores, of 20,000) in equal parts: p is the geometric mean of both. The recent ones follow a stream that changes,
 * the long past keeps what is rare every now and then apart from what was never seen. Memory: twice that of a rank scale, and 16 bytes.
 */
export class ScoreScale {
  readonly #isRanked: boolean
  readonly #recent: RankScale
  readonly #long: RankScale
  #most = 0
  #count = 0

  constructor(options: RankScaleOptions = {}) {
    this.#isRanked = options.ranked ?? false
    this.#recent = new RankScale(options)
    this.#long = new RankScale({ ...LONG, ranked: options.ranked })
  }

  /** At most so many bytes has a snapshot. */
  static bytes(options: RankScaleOptions = {}): number {
    return RankScale.bytes(options) + RankScale.bytes({ ...LONG, ranked: options.ranked }) + 16
  }

  /** -log10 p of a raw score: at least 0, finite, never falls where `raw` rises; NaN for NaN. Changes nothing. */
  surprise(raw: number): number {
    const recent = this.#recent.surprise(raw)
    if (this.#long.size < BLOCKS_LEAST) return recent
    const long = surpriseOfOne(this.#long.surprise(raw))
    return (recent + Math.max(long, Math.min(recent, COMMON))) / 2
  }

  /** 1 - p of a raw score, in [0, 1), as of a rank scale. */
  rank(raw: number): number {
    return rankOfSurprise(this.surprise(raw))
  }

  /** Learns a raw score; NaN is passed over. */
  add(raw: number): void {
    if (Number.isNaN(raw) || this.#isRanked) return
    this.#recent.add(raw)
    this.#most = Math.max(this.#most, raw)
    this.#count++
    if (this.#count < BLOCK) return
    this.#long.add(this.#most)
    this.#most = 0
    this.#count = 0
  }

  /** Forgets all but the newest `keep`, at most those that count as recent. */
  forget(keep = 0): void {
    this.#recent.forget(keep)
    this.#long.forget()
    this.#most = 0
    this.#count = 0
  }

  snapshot(): ScoreScaleData {
    return {
      recent: this.#recent.snapshot(),
      long: this.#long.snapshot(),
      most: this.#most,
      count: this.#count,
    }
  }

  restore({ recent, long, most, count }: ScoreScaleData): void {
    this.#recent.restore(recent)
    this.#long.restore(long)
    this.#most = most
    this.#count = count
  }
}

/** Surprise at one score, where blocks whose largest is as large have this one: 1 - (1 - p) ** (1 / 20) of their p. */
function surpriseOfOne(ofBlock: number): number {
  if (ofBlock > EXACT_FROM) return ofBlock + COMMON
  const p = 10 ** -ofBlock
  return -Math.log10(-Math.expm1(Math.log1p(-p) / BLOCK))
}

/** From here on p of one is p of the block by 20, as far as numbers tell. */
const EXACT_FROM = 12
