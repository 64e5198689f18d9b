import { ParetoTail } from '../numbers/pareto-tail.ts'
import { RecentNumbers } from '../numbers/recent-numbers.ts'
import { SortedWindow } from '../numbers/sorted-window.ts'
import type { Ranking, Scored, Threshold } from './threshold.ts'

/** How SPOT is made. */
export interface SpotOptions {
  /** The chance that a point is over it where nothing is strange. */
  readonly q: number
  /** How many scores it looks at before its first threshold, at least 2. */
  readonly begin: number
  /** Looks at what a score is above the mean of so many before it. Default 0: at the score itself (DSPOT, SPOT). */
  readonly depth?: number | undefined
}

/** What it keeps, as plain data. */
export interface SpotData {
  readonly first: number
  readonly count: number
  readonly above: number
  readonly streak: number
  readonly credit: number
  /** Scores it begins with, the oldest first; empty once it has begun. */
  readonly begins: Float64Array
  /** Scores above the first threshold, the oldest first. */
  readonly excesses: Float64Array
  readonly before: Float64Array
}

/** The first threshold is this quantile of what it begins with; lower where fewer would be above than it takes to fit a tail. */
const FIRST_LEVEL = 0.98
/** With fewer a shape of the tail is assumed. */
const FIRST_LEAST = 10
/** How many scores above the first threshold are kept. Their share is reckoned over as many points as they come from. */
const EXCESSES = 200
const COUNTED = 2 * (EXCESSES / (1 - FIRST_LEVEL))
/** Points over it are made up for up to twice as often as expected, and so many at once. */
const CREDIT_RATE = 2
const CREDIT_MOST = 2
/** After so many points over it in a row it begins anew: this is what is usual now. */
const STREAK_MOST = 100

/**
 * Over it is what is more extreme than a generalised Pareto tail of the raw scores allows with a chance of `q` (SPOT and DSPOT of Siffer
 * and others, 2017; fitted by probability-weighted moments). What is over it is not learnt, so that a long anomaly stays one; in place of
 * as many of them as are expected where nothing is strange it learns the usual score of such a one.
 * Keeps the newest 200 of the scores above the 98th percentile of its beginning. Memory: 40 bytes, 8 * depth, and 1,600 or, before it has
 * begun, 8 * begin in a snapshot; a quarter more alive.
 */
export class SpotThreshold implements Threshold {
  readonly #q: number
  readonly #begin: number
  readonly #before: RecentNumbers | undefined
  readonly #fitted = new ParetoTail({ shapeLow: -1, shapeHigh: 0.9, prior: 0.1, priorWeight: 5 })
  readonly #assumed = new ParetoTail({ shapeLow: 0.5, shapeHigh: 0.5, prior: 0, priorWeight: 0 })
  #tail = this.#assumed
  #begins: SortedWindow | undefined
  #excesses = new SortedWindow(EXCESSES)
  /** The threshold above which the tail begins. */
  #first = Number.NaN
  /** How many were learnt, and how many of them were above the first threshold. */
  #count = 0
  #above = 0
  #streak = 0
  /** How many points over it may still be made up for. */
  #credit = CREDIT_MOST
  #limit = Number.NaN

  constructor({ q, begin, depth = 0 }: SpotOptions) {
    this.#q = q
    this.#begin = begin
    this.#begins = new SortedWindow(begin)
    if (depth > 0) this.#before = new RecentNumbers(depth)
  }

  /** At most so many bytes has a snapshot. */
  static bytes({ begin, depth = 0 }: SpotOptions): number {
    return 8 * (5 + Math.max(begin, EXCESSES) + depth)
  }

  /** Over it is what is larger: a raw score, or with a depth its distance from the mean before it; NaN while there is none. */
  get limit(): number {
    return this.#limit
  }

  isOver({ raw }: Scored): boolean {
    return this.#distance(raw) > this.#limit
  }

  learn({ raw }: Scored, isOver: boolean): void {
    if (isOver) {
      this.#streak++
      if (this.#streak >= STREAK_MOST) this.restart()
      else if (this.#credit >= 1) this.#makeUp()
      return
    }
    this.#streak = 0
    const distance = this.#distance(raw)
    this.#before?.push(raw)
    if (Number.isNaN(distance)) return
    if (this.#begins === undefined) this.#add(distance)
    else this.#addFirst(this.#begins, distance)
    this.#credit = Math.min(this.#credit + CREDIT_RATE * this.#q, CREDIT_MOST)
  }

  level(scale: Ranking): number {
    return scale.rank(Math.max(0, this.#limit + this.#mean()))
  }

  restart(): void {
    this.#before?.clear()
    this.#begins = new SortedWindow(this.#begin)
    this.#excesses = new SortedWindow(EXCESSES)
    this.#first = Number.NaN
    this.#limit = Number.NaN
    this.#count = 0
    this.#above = 0
    this.#streak = 0
    this.#credit = CREDIT_MOST
  }

  snapshot(): SpotData {
    return {
      first: this.#first,
      count: this.#count,
      above: this.#above,
      streak: this.#streak,
      credit: this.#credit,
      begins: this.#begins?.toArray() ?? new Float64Array(),
      excesses: this.#excesses.toArray(),
      before: this.#before?.toArray() ?? new Float64Array(),
    }
  }

  restore(data: SpotData): void {
    const { first, count, above, streak, credit, begins, excesses, before } = data
    this.restart()
    this.#credit = credit
    this.#first = first
    this.#count = count
    this.#above = above
    this.#streak = streak
    this.#excesses.fill(excesses)
    for (const raw of before) this.#before?.push(raw)
    if (Number.isNaN(first)) {
      this.#begins?.fill(begins)
    } else {
      this.#begins = undefined
      this.#fit()
      this.#setLimit()
    }
  }

  #mean(): number {
    const before = this.#before
    if (before === undefined) return 0
    if (before.length < before.capacity) return Number.NaN
    let mean = 0
    for (let i = before.start; i < before.end; i++) {
      mean += (before.data[i] as number) / before.capacity
    }
    return mean
  }

  #distance(raw: number): number {
    return this.#before === undefined ? raw : raw - this.#mean()
  }

  /** Without those over it the tail would end there, and more and more would be over it. */
  #makeUp(): void {
    this.#credit--
    this.#add(this.#tail.quantile(this.#share() / 2))
  }

  #addFirst(begins: SortedWindow, distance: number): void {
    begins.add(distance)
    if (begins.size < this.#begin) return
    const rank = Math.floor(FIRST_LEVEL * begins.size)
    this.#first = begins.at(Math.max(0, Math.min(rank, begins.size - FIRST_LEAST) - 1))
    this.#count = begins.size
    for (const one of begins.toArray()) {
      if (one > this.#first) this.#exceed(one)
    }
    this.#begins = undefined
    this.#fit()
    this.#setLimit()
  }

  #add(distance: number): void {
    this.#count++
    if (distance > this.#first) {
      this.#exceed(distance)
      this.#fit()
    }
    if (this.#count >= COUNTED) {
      this.#count /= 2
      this.#above /= 2
    }
    this.#setLimit()
  }

  #exceed(distance: number): void {
    this.#above++
    this.#excesses.add(distance)
  }

  #fit(): void {
    const { size } = this.#excesses
    this.#tail = size < FIRST_LEAST ? this.#assumed : this.#fitted
    this.#tail.fit(this.#excesses.toSorted(), this.#first, Math.abs(this.#first) || 1)
  }

  #setLimit(): void {
    this.#limit = this.#tail.quantile(this.#share())
  }

  /** Which share of the tail is over it. */
  #share(): number {
    return Math.min((this.#q * this.#count) / Math.max(this.#above, 1), 1)
  }
}
