import type { CoarsePast } from './coarse-past.ts'
import { LargestTail } from './largest-tail.ts'

/** Of each past stretch, the oldest first, its distance from the one most like it; Infinity where there was none yet. */
export type NearestRanksData = Float32Array

/**
 * Of the stretches that the newest is compared with, a past one counts this share before it and as many behind it. Those of the past
 * have been compared with more than the newest one then, and the latest of them with fewer: in the mean with as many.
 */
const REACH = 0.6

/** The largest number of 32 bits. */
const SINGLE_MOST = 3.4028234663852886e38

const none = new Float32Array(0)

/** Sorted, and the tail that is fitted: both live no longer than one score. */
let sorted = new Float64Array(512)
const tail = new LargestTail()

/**
 * How rare a distance from the most similar stretch is among the distances of past stretches from theirs, whether what they are
 * most like came before or after. So the rank is that of full conformal prediction: exact where stretches might as well have come in
 * another order, but for those that overlap. Memory: 4 bytes for each stretch.
 */
export class NearestRanks {
  readonly #capacity: number
  readonly #reach: number
  /** As stretches become more. */
  #nearest = none
  #count = 0

  /** `length` is how many steps a stretch has, `history` with how many stretches one is compared. */
  constructor(length: number, history: number) {
    this.#capacity = capacityOf(length, history)
    this.#reach = Math.ceil(REACH * history)
  }

  /** At most so many bytes has a snapshot. */
  static bytes(length: number, history: number): number {
    return 4 * capacityOf(length, history)
  }

  /**
   * Of the stretch that `past` looked at last: -log10 of the share of stretches, this one counted in, that are as far from all others, this
   * one among them; beyond them along a tail. NaN without a distance.
   */
  surprise(distance: number, past: CoarsePast): number {
    if (Number.isNaN(distance)) return Number.NaN
    const own = single(distance)
    const { differences, length } = past
    const nearest = this.#nearest
    const from = this.#compared(past)
    const reached = this.#reached(past)
    let size = 0
    let above = 0
    for (let index = 0; index < this.#count; index++) {
      let other = nearest[index] as number
      const at = index - from
      if (at >= reached && at < past.compared) {
        other = Math.min(other, single((differences[at] as number) / length))
      }
      if (other === Infinity) continue
      size++
      if (other >= own) above++
    }
    if (above > 0 || size < LargestTail.fewest) return Math.log10((size + 1) / (1 + above))
    this.#fit(size)
    return tail.surprise(own)
  }

  /** Learns what was found for the stretch that was looked at last: it may be what a past one is most like, too. */
  learn(past: CoarsePast): void {
    const { compared, differences, length } = past
    if (past.size + 1 < length) return
    const nearest = this.#nearest
    const from = this.#compared(past)
    let least = Infinity
    for (let at = this.#reached(past); at < compared; at++) {
      const distance = single((differences[at] as number) / length)
      if (distance < least) least = distance
      if (distance < (nearest[from + at] as number)) nearest[from + at] = distance
    }
    this.#push(least)
  }

  /** Where the first stretch that was compared with stands: the last of them ends where the newest begins. */
  #compared({ compared, length }: CoarsePast): number {
    return this.#count - length + 1 - compared
  }

  /** The first of those that were compared with that is within reach. */
  #reached({ compared }: CoarsePast): number {
    return Math.max(0, compared - this.#reach)
  }

  snapshot(): NearestRanksData {
    return this.#nearest.slice(0, this.#count)
  }

  restore(data: NearestRanksData): void {
    this.#nearest = data.slice()
    this.#count = data.length
  }

  #push(distance: number): void {
    const capacity = this.#capacity
    if (this.#count === capacity) {
      this.#nearest.copyWithin(0, 1)
      this.#count--
    } else if (this.#count === this.#nearest.length) {
      const nearest = new Float32Array(Math.min(capacity, Math.max(16, 2 * this.#count)))
      nearest.set(this.#nearest)
      this.#nearest = nearest
    }
    this.#nearest[this.#count++] = distance
  }

  #fit(size: number): void {
    if (sorted.length < size) sorted = new Float64Array(2 * size)
    let end = 0
    for (let index = 0; index < this.#count; index++) {
      const other = this.#nearest[index] as number
      if (other !== Infinity) sorted[end++] = other
    }
    const all = sorted.subarray(0, size)
    all.sort()
    tail.fit(all.subarray(size - LargestTail.countOf(size) - 1), size, all[0] as number)
  }
}

/** Those that are compared with, and those between them and the newest. */
const capacityOf = (length: number, history: number): number => history + length - 1

/** The nearest number of 32 bits, never infinite. */
const single = (distance: number): number => Math.fround(Math.min(distance, SINGLE_MOST))
