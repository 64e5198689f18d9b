import { RecentNumbers } from '../numbers/recent-numbers.ts'
import type { Scored, Threshold } from './threshold.ts'

/** What it keeps, as plain data. */
export interface BudgetData {
  readonly count: number
  readonly gapMs: number
  readonly lastMs: number
  /** Of the newest alerts, the oldest first. */
  readonly alertsMs: Float64Array
}

const DAY_MS = 86_400_000
/** The gap between points is a mean of about so many. */
const GAPS = 1000
/** Where points are few the budget is a limit, not an aim: no more than one point in a hundred is over it, no fewer than in a million. */
const SHARE_MOST = 0.01
const SHARE_LEAST = 1e-6

/**
 * Over it is what is so rare that `alerts` of a day's points are expected to be, until there were so many alerts in the last 24 hours of
 * event time. A point older than the newest alert is never over it. Memory: 24 bytes, and 8 for each alert of a day.
 */
export class BudgetThreshold implements Threshold {
  readonly #alerts: number
  readonly #alertsMs: RecentNumbers
  #count = 0
  #gapMs = 0
  #lastMs = Number.NaN

  constructor(alerts: number) {
    this.#alerts = alerts
    this.#alertsMs = new RecentNumbers(alerts)
  }

  /** At most so many bytes has a snapshot. */
  static bytes(alerts: number): number {
    return 24 + 8 * alerts
  }

  isOver({ score, time }: Scored): boolean {
    return this.#count > 0 && 1 - score <= this.#share() && this.#isAffordable(time)
  }

  learn({ time }: Scored): void {
    if (!Number.isNaN(this.#lastMs)) {
      const gap = Math.max(0, time - this.#lastMs)
      this.#count = Math.min(this.#count + 1, GAPS)
      this.#gapMs += (gap - this.#gapMs) / this.#count
    }
    this.#lastMs = Number.isNaN(this.#lastMs) ? time : Math.max(this.#lastMs, time)
  }

  alerted(time: number): void {
    this.#alertsMs.push(time)
  }

  level(): number {
    return this.#count > 0 ? 1 - this.#share() : Number.NaN
  }

  restart(): void {}

  snapshot(): BudgetData {
    return {
      count: this.#count,
      gapMs: this.#gapMs,
      lastMs: this.#lastMs,
      alertsMs: this.#alertsMs.toArray(),
    }
  }

  restore({ count, gapMs, lastMs, alertsMs }: BudgetData): void {
    this.#count = count
    this.#gapMs = gapMs
    this.#lastMs = lastMs
    this.#alertsMs.clear()
    for (const time of alertsMs) this.#alertsMs.push(time)
  }

  #share(): number {
    const share = (this.#alerts * this.#gapMs) / DAY_MS
    return Math.min(Math.max(share, SHARE_LEAST), SHARE_MOST)
  }

  #isAffordable(time: number): boolean {
    const { data, start, end, length } = this.#alertsMs
    if (length === 0) return true
    if (time < (data[end - 1] as number)) return false
    return length < this.#alerts || time - (data[start] as number) >= DAY_MS
  }
}
