import { RecentNumbers } from './recent-numbers.ts'
import { measureWindow } from './window-shape.ts'

/** What is compared with what. */
export interface PastStretchesOptions {
  /** Points of a stretch, at least 1. */
  readonly length: number
  /** How many of the past are compared with, at least 1. */
  readonly history: number
  /** So many points ago ended the latest of them, at least 1. */
  readonly delay: number
}

/** What past stretches keep, as plain data. */
export interface PastStretchesData {
  /** How many points came, counted around. */
  readonly phase: number
  /** The oldest first. */
  readonly values: Float64Array
}

/** How two stretches are compared. */
export interface Comparison {
  /** Whether the difference of their means counts. */
  readonly level: boolean
  /** Each is divided by its deviation, or by this where that is smaller; undefined: it is not divided. What is flat stays so. */
  readonly floor: number | undefined
}

/** If the deviation falls by so much from one point to the next, rounding of what left would be all that is left of the sums. */
const collapse = 1e6

/** Distances squared below this share of what they are the difference of are rounding. */
const rounding = 1e-10

/** Sums of products with the stretch that was looked at last, by anyone: they live no longer than one point. */
let looked = new Float64Array(1024)

/**
 * Compares the newest stretch of a stream with those of the past.
 *
 * Of each lag the sum of products about the means is carried on from point to point (the update of SCAMP, Zimmerman et al. 2019: a
 * large offset takes nothing from it), and taken anew once in 2 * length points, so that rounding does not add up. So a point costs
 * 2.5 * history steps, however long the stretches are. Memory: 34 bytes for each point of history, delay, and three times length,
 * of which a snapshot has 8.
 */
export class PastStretches {
  /** Of the stretch that was looked at last; without deviation where there are too few points for one. */
  readonly shape = { mean: 0, deviation: 0 }
  readonly #options: PastStretchesOptions
  readonly #values: RecentNumbers
  /** Of the stretch that ends with each of the values. */
  readonly #means: RecentNumbers
  readonly #deviations: RecentNumbers
  /** Of the stretch that was learnt last, by lag. */
  readonly #sums: Float64Array
  readonly #newest: Float64Array
  #phase = 0

  constructor(options: PastStretchesOptions) {
    const capacity = capacityOf(options)
    this.#options = options
    this.#values = new RecentNumbers(capacity)
    this.#means = new RecentNumbers(capacity)
    this.#deviations = new RecentNumbers(capacity)
    this.#sums = new Float64Array(options.history)
    this.#newest = new Float64Array(options.length)
    if (looked.length < options.history) looked = new Float64Array(options.history)
  }

  /** At most so many bytes has a snapshot. */
  static bytes(options: PastStretchesOptions): number {
    return 8 + 8 * capacityOf(options)
  }

  /** With how many stretches of the past the next one can be compared. */
  get size(): number {
    const { length, history, delay } = this.#options
    return Math.min(Math.max(this.#values.length - delay - length + 2, 0), history)
  }

  /** The value so many points before the next. */
  valueAt(age: number): number {
    return this.#values.data[this.#values.end - age] as number
  }

  meanAt(age: number): number {
    return this.#means.data[this.#values.end - age] as number
  }

  deviationAt(age: number): number {
    return this.#deviations.data[this.#values.end - age] as number
  }

  /** Looks at the stretch that `value` ends, if it is the next; nothing is learnt. */
  look(value: number): void {
    const { length, delay } = this.#options
    const { data, start, end } = this.#values
    const { shape, size } = this
    const newest = this.#newest
    shape.mean = value
    shape.deviation = 0
    if (end - start < length - 1) return
    for (let index = 0, from = end - length + 1; from < end; index++, from++) {
      newest[index] = data[from] as number
    }
    newest[length - 1] = value
    measureWindow(newest, 0, length, shape)
    if (size === 0) return

    if (shape.deviation * collapse < (this.#deviations.data[end - 1] as number)) {
      for (let index = 0; index < size; index++) looked[index] = this.#sum(end - delay - index)
      return
    }
    const oldest = end - delay - size + 1
    // While stretches are still becoming more, the oldest was not there for the point before.
    const known = oldest - length < start ? size - 1 : size
    this.#carryOn(value, known)
    if (known < size) looked[known] = this.#sum(oldest)
    for (let index = this.#phase; index < known; index += 2 * length) {
      looked[index] = this.#sum(end - delay - index)
    }
  }

  /** Learns `value`, which was looked at last. */
  learn(value: number): void {
    const { size } = this
    const sums = this.#sums
    const from = looked
    for (let index = 0; index < size; index++) sums[index] = from[index] as number
    this.#values.push(value)
    this.#means.push(this.shape.mean)
    this.#deviations.push(this.shape.deviation)
    this.#phase = (this.#phase + 1) % (2 * this.#options.length)
  }

  /**
   * Fills `nearest` with the mean squared distances of the nearest to the stretch that was looked at last, ascending, Infinity where
   * there are no more. Returns how many points ago the very nearest ended.
   */
  find(nearest: Float64Array, { level, floor }: Comparison): number {
    const { length, delay } = this.#options
    const means = this.#means.data
    const deviations = this.#deviations.data
    const { size } = this
    const { mean, deviation } = this.shape
    const factor = factorOf(deviation, floor)
    const own = (deviation * factor) ** 2
    const share = (2 / length) * factor
    const sums = looked
    const worst = nearest.length - 1
    nearest.fill(Infinity)
    let limit = Infinity
    let best = delay
    for (let index = 0, end = this.#values.end - delay; index < size; index++, end--) {
      const spread = deviations[end] as number
      const by = factorOf(spread, floor)
      const both = own + (spread * by) ** 2
      let distance = both - share * (sums[index] as number) * by
      if (distance < rounding * both) distance = 0
      if (level) distance += (mean - (means[end] as number)) ** 2
      if (distance >= limit) continue
      let rank = worst
      for (; rank > 0 && (nearest[rank - 1] as number) > distance; rank--) {
        nearest[rank] = nearest[rank - 1] as number
      }
      nearest[rank] = distance
      if (rank === 0) best = delay + index
      limit = nearest[worst] as number
    }
    return best
  }

  snapshot(): PastStretchesData {
    return { phase: this.#phase, values: this.#values.toArray() }
  }

  restore({ phase, values }: PastStretchesData): void {
    const round = 2 * this.#options.length
    this.#values.clear()
    this.#means.clear()
    this.#deviations.clear()
    this.#phase = (phase + values.length * (round - 1)) % round
    // Within the last round every sum is taken anew, so that none keeps what rounding it had before.
    for (const value of values) {
      this.look(value)
      this.learn(value)
    }
  }

  #carryOn(value: number, size: number): void {
    const { length, delay } = this.#options
    const { data, end } = this.#values
    const means = this.#means.data
    const sums = this.#sums
    const into = looked
    const left = data[end - length] as number
    const half = (value - left) / 2
    const about = value - this.shape.mean + (left - (means[end - 1] as number))
    for (let index = 0, to = end - delay; index < size; index++, to--) {
      const came = data[to] as number
      const went = data[to - length] as number
      const pastAbout = came - (means[to] as number) + (went - (means[to - 1] as number))
      into[index] = (sums[index] as number) + half * pastAbout + ((came - went) / 2) * about
    }
  }

  /** Sum of the products of the newest stretch and the one that ends at `end`, both about their means. */
  #sum(end: number): number {
    const { length } = this.#options
    const { data } = this.#values
    const { mean } = this.shape
    const pastMean = this.#means.data[end] as number
    const newest = this.#newest
    let sum = 0
    for (let index = 0, from = end - length + 1; index < length; index++, from++) {
      sum += ((newest[index] as number) - mean) * ((data[from] as number) - pastMean)
    }
    return sum
  }
}

/** What the differences of a stretch from its mean are multiplied by. */
export function factorOf(deviation: number, floor: number | undefined): number {
  if (floor === undefined) return 1
  return deviation === 0 ? 0 : 1 / Math.max(deviation, floor)
}

/** Beyond the stretches themselves: what is taken anew within a round after a restore, and what left the oldest of them. */
function capacityOf({ length, history, delay }: PastStretchesOptions): number {
  return history + delay + 3 * length
}
