import { LargestTail } from '../numbers/largest-tail.ts'
import { SortedRuns } from '../numbers/sorted-runs.ts'

/** What a rank scale keeps, as plain data; the oldest first. */
export interface RankScaleData {
  readonly scores: Float32Array
  /** How many times more each of them came in a row; empty: each once. */
  readonly repeats: Uint8Array
  /** Not compared with yet. */
  readonly waiting: Float32Array
}

/** How a rank scale compares. */
export interface RankScaleOptions {
  /** With how many scores, at least 1. Default 1000. */
  readonly length?: number | undefined
  /**
   * How many points later a score is compared with, at least 0: what lasts no longer is never measured by itself, so that the peak of an
   * anomaly that rises slowly keeps the highest score. Default 0.
   */
  readonly delay?: number | undefined
  /** Raw scores are surprises already: they are told as they are, and nothing is kept. Default false. */
  readonly ranked?: boolean | undefined
}

/** Where surprise begins to be compressed so that a score keeps its order below 1, and what it never reaches. */
const EXACT_TO = 8
const SURPRISE_MOST = 15.5
/** The largest number of 32 bits. */
const SINGLE_MOST = 3.4028234663852886e38

const none = new Float32Array(0)

/** The tail that is fitted, and the score before it: it lives no longer than that. */
let largest = new Float64Array(256)

/**
 * Tells how rare a raw score is among the last `length` of them: p is the share of them that are at least as large, it counted in. So
 * p is exact for scores that might as well have come in another order: p <= q happens with a chance of q. A thousand of them give p three
 * digits of its own; all beyond comes from the tail, so that a longer scale only remembers longer.
 *
 * Beyond the largest of them p goes on along a generalised Pareto tail, fitted to the largest twentieth. Its shape is held above 0, so
 * that the largest scores can always be told apart. Equal scores are equally rare: a constant stream has p = 1, score 0.
 *
 * Keeps 32 bits of each score: at most 6 bytes for each of `length` alive, 4 in a snapshot, both as they come; a score that comes several
 * times in a row takes as much as one does, up to 16 times (in a snapshot 256). Raw scores are at least 0.
 */
export class RankScale {
  readonly #length: number
  readonly #isRanked: boolean
  readonly #delay: number
  readonly #window: SortedRuns
  readonly #tail = new LargestTail()
  #waiting = none
  /** How many wait, and where the oldest of them stands once all places are taken. */
  #waits = 0
  #next = 0
  #fitted = false

  constructor({ length = 1000, delay = 0, ranked = false }: RankScaleOptions = {}) {
    this.#length = length
    this.#isRanked = ranked
    this.#delay = delay
    this.#window = new SortedRuns(length)
  }

  /** How many scores it compares with. */
  get size(): number {
    return this.#window.size
  }

  /** At most so many bytes has a snapshot. */
  static bytes({ length = 1000, delay = 0, ranked = false }: RankScaleOptions = {}): number {
    return ranked ? 0 : 4 * (length + delay)
  }

  /** -log10 p of a raw score: at least 0, finite, larger is rarer, without bound; 0 with nothing to compare, NaN for NaN. */
  surprise(raw: number): number {
    if (Number.isNaN(raw) || this.#isRanked) return raw
    const { size } = this.#window
    const below = this.#window.countBelow(single(raw))
    if (below < size || size < LargestTail.fewest)
      return Math.log10((size + 1) / (1 + size - below))
    return this.#beyond(raw)
  }

  /**
   * 1 - p of a raw score, in [0, 1): 0.99 is rarer than 99 % of what was seen lately; NaN for NaN. Never falls where `raw` rises.
   * Exact to p = 1e-8; beyond, compressed so that it keeps the order of `surprise` as long as a number can.
   */
  rank(raw: number): number {
    if (Number.isNaN(raw)) return Number.NaN
    if (this.#isRanked) return rankOfSurprise(raw)
    const { size } = this.#window
    const below = this.#window.countBelow(single(raw))
    if (below < size || size < LargestTail.fewest) return below / (size + 1)
    return rankOfSurprise(this.#beyond(raw))
  }

  /** Learns a raw score, and forgets the oldest when it is full. NaN is passed over. */
  add(raw: number): void {
    if (Number.isNaN(raw) || this.#isRanked) return
    if (this.#delay === 0) {
      this.#learn(single(raw))
      return
    }
    if (this.#waits === 0) this.#waiting = new Float32Array(this.#delay)
    const waiting = this.#waiting
    if (this.#waits < waiting.length) {
      waiting[this.#waits++] = single(raw)
      return
    }
    this.#learn(waiting[this.#next] as number)
    waiting[this.#next] = single(raw)
    this.#next = this.#next + 1 === waiting.length ? 0 : this.#next + 1
  }

  /** Forgets all but the newest `keep`, which are compared with at once. */
  forget(keep = 0): void {
    const scores = this.#window.toArray()
    const waiting = this.#waited()
    const all = new Float32Array(scores.length + waiting.length)
    all.set(scores)
    all.set(waiting, scores.length)
    const kept = Math.min(keep, all.length, this.#length)
    this.#window.restore({ numbers: all.subarray(all.length - kept), repeats: new Uint8Array(0) })
    this.#wait(none)
  }

  snapshot(): RankScaleData {
    const { numbers, repeats } = this.#window.toRuns()
    return { scores: numbers, repeats, waiting: this.#waited() }
  }

  restore({ scores, repeats, waiting }: RankScaleData): void {
    this.#window.restore({ numbers: scores, repeats })
    this.#wait(waiting)
  }

  /** What waits, the oldest first. */
  #waited(): Float32Array {
    if (this.#waits === 0) return none
    const waiting = new Float32Array(this.#waits)
    for (let i = 0; i < this.#waits; i++) {
      waiting[i] = this.#waiting[(this.#next + i) % this.#waits] as number
    }
    return waiting
  }

  #wait(waiting: Float32Array): void {
    this.#waits = waiting.length
    this.#next = 0
    this.#waiting = none
    if (waiting.length > 0) {
      this.#waiting = new Float32Array(this.#delay)
      this.#waiting.set(waiting)
    }
    this.#fitted = false
  }

  #learn(score: number): void {
    this.#window.add(score)
    this.#fitted = false
  }

  #beyond(raw: number): number {
    if (!this.#fitted) this.#fit()
    return this.#tail.surprise(raw)
  }

  #fit(): void {
    const window = this.#window
    const { size } = window
    const count = LargestTail.countOf(size)
    if (largest.length <= count) largest = new Float64Array(2 * count)
    window.copyLargest(count + 1, largest)
    this.#tail.fit(largest, size, window.smallest)
    this.#fitted = true
  }
}

/** The score in [0, 1) of a surprise, which is -log10 p: 1 - p, compressed beyond p = 1e-8. */
export function rankOfSurprise(surprise: number): number {
  if (surprise <= EXACT_TO) return 1 - 10 ** -surprise
  const room = SURPRISE_MOST - EXACT_TO
  const over = surprise - EXACT_TO
  return 1 - 10 ** -(EXACT_TO + room * (over / (over + room)))
}

/** The nearest number of 32 bits, never infinite. */
function single(raw: number): number {
  return Math.fround(Math.min(raw, SINGLE_MOST))
}
