import { parseDuration } from '@millrace/base'
import type { Period } from './period-parameter.ts'
import { periodOf } from './period-of.ts'
import { RecentNumbers } from './recent-numbers.ts'

/** Points that a period is looked for in: periods of up to 819 of them are found. */
const looked = 2048
const firstLook = 64
/** Every look has so many times the points of the one before, until it sees all it keeps; then after so many new ones. */
const growth = 1.5
const renewed = 1024
/** Two periods are the same when they differ by less. */
const tolerance = 0.04
/** Where one repetition is can be told to this share of a period; of more, that much more exactly. */
const unsure = 0.1
/** Where time is a season of its own, its length in points is taken from so many steps. */
const steps = 32
const slotsMost = 2048
const calendarMs = [3_600_000, 86_400_000, 604_800_000]

/** What `Season.snapshot` gives. */
export interface SeasonData {
  readonly recent: Float64Array
  readonly numbers: Float64Array
}

/**
 * Where in its season each point stands. The period is given, or looked for again and again; it holds once two looks in a row agree.
 * Memory: the values it looks at, at most 2048, or two periods where it is given; and 72 bytes.
 */
export class Season {
  /** Points of a period; 0 while there is none. */
  slots = 0
  /** Values of the last points, oldest first; the newest is in the slot before `slot`. */
  readonly recent: RecentNumbers
  readonly #given: number
  readonly #lengthMs: number
  #count = 0
  #nextLook = firstLook
  #candidate = 0
  #stepMs = 0
  #firstMs = 0
  #lastMs = 0

  constructor(period: Period) {
    this.#given = typeof period === 'number' ? period : 0
    const free = period === 'auto' || period === 'none'
    this.#lengthMs = free || typeof period === 'number' ? 0 : (parseDuration(period) ?? 0)
    this.recent = new RecentNumbers(keptFor(period))
    if (period === 'none') this.#nextLook = Infinity
  }

  /** Of a point as the next one; below `slots`. */
  slot(time: number): number {
    if (this.slots === 0) return 0
    if (this.#stepMs === 0) return this.#count % this.slots
    const slot = Math.round((time - this.#firstMs) / this.#stepMs) % this.slots
    return slot < 0 ? slot + this.slots : slot
  }

  /** Of the newest point. */
  get newest(): number {
    if (this.#stepMs > 0) return this.slot(this.#lastMs)
    return this.slots === 0 ? 0 : (this.#count - 1) % this.slots
  }

  /** Takes the next point. Tells whether `slots` has changed. */
  learn(value: number, time: number): boolean {
    if (this.recent.capacity > 0) this.recent.push(value)
    if (this.#count === 0) this.#firstMs = time
    this.#lastMs = time
    this.#count++
    const before = this.slots
    if (this.#lengthMs > 0) this.#settleByTime()
    else if (this.#given > 0) this.#settleGiven()
    else if (this.#count >= this.#nextLook) this.#look()
    return this.slots !== before
  }

  snapshot(): SeasonData {
    const times = [this.#stepMs, this.#firstMs, this.#lastMs]
    const counts = [this.slots, this.#count, this.#nextLook, this.#candidate]
    return { recent: this.recent.toArray(), numbers: Float64Array.of(...counts, ...times) }
  }

  restore({ recent, numbers }: SeasonData): void {
    this.recent.clear()
    for (const value of recent) this.recent.push(value)
    const [slots = 0, count = 0, nextLook = 0, candidate = 0] = numbers
    this.slots = slots
    this.#count = count
    this.#nextLook = nextLook
    this.#candidate = candidate
    this.#stepMs = numbers[4] as number
    this.#firstMs = numbers[5] as number
    this.#lastMs = numbers[6] as number
  }

  /** A period is used once it was seen twice. */
  #settleGiven(): void {
    if (this.#count === 2 * this.#given) this.slots = this.#given
  }

  #settleByTime(): void {
    if (this.#count !== steps + 1) return
    const step = (this.#lastMs - this.#firstMs) / steps
    if (!(step > 0)) return
    this.slots = Math.min(Math.max(Math.round(this.#lengthMs / step), 2), slotsMost)
    this.#stepMs = this.#lengthMs / this.slots
  }

  #look(): void {
    this.#nextLook += Math.min(Math.ceil((growth - 1) * this.#nextLook), renewed)
    const found = this.#rounded(periodOf(this.recent.toArray()))
    const confirmed = found > 0 && near(found, this.#candidate)
    const exactly = found === this.#candidate
    this.#candidate = found
    if (!confirmed || found === this.slots || (near(found, this.slots) && !exactly)) return
    // A week is not given up for the day within it.
    const times = Math.round(this.slots / found)
    if (times > 1 && near(this.slots / times, found)) return
    this.slots = found
  }

  /** What may be an hour, a day or a week by the mean step of time, as exactly as can be told by now, is taken for it. */
  #rounded(period: number): number {
    const step = (this.#lastMs - this.#firstMs) / (this.#count - 1)
    for (const length of calendarMs) {
      const points = Math.round(length / step)
      if (Math.abs(points - period) <= (unsure * period ** 2) / this.recent.length) return points
    }
    return period
  }
}

/** How many values a season of that period keeps. */
export function keptFor(period: Period): number {
  if (period === 'auto') return looked
  return typeof period === 'number' ? 2 * period : 0
}

/** The most slots a season of that period can have. */
export function slotsFor(period: Period): number {
  if (period === 'none') return 0
  if (period === 'auto') return Math.ceil((looked / 2.5) * (1 + tolerance))
  return typeof period === 'number' ? period : slotsMost
}

function near(one: number, other: number): boolean {
  return Math.abs(one - other) < tolerance * Math.min(one, other) + 0.5
}
