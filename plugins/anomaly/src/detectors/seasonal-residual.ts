import type { Detector } from '@millrace/sdk'
import { Band } from '../numbers/band.ts'
import { deviations, tame } from '../numbers/deviations.ts'
import { ErrorScale } from '../numbers/error-scale.ts'
import type { Period } from '../numbers/period-parameter.ts'
import { keptFor, Season, type SeasonData, slotsFor } from '../numbers/season.ts'
import { seasonProfile } from '../numbers/season-profile.ts'

/** What values are expected to be apart from their season. */
export interface Baseline {
  /** For the next value. */
  readonly next: number
  /** Forgets all; the value was the first. */
  begin(value: number): void
  /** Takes in a value that was not as expected by `error`. Returns what of it is the season's, where there is one. */
  follow(error: number, deviation: number, isSeasonal: boolean): number
  snapshot(): Float64Array
  restore(data: Float64Array): void
}

interface SeasonalResidualData {
  readonly baseline: Float64Array
  readonly errors: Float64Array
  readonly profile: Float64Array
  readonly season: SeasonData
}

/** Points without which an error has no usual size. */
const fewest = 8
/** Share of the newest error in the usual size of errors. */
const errorRate = 0.005
/** An error below this share of the season's range is not strange, however exactly all else repeats itself. */
const finest = 0.001

/** Distance of a value from baseline and season in usual deviations. It learns from no value more than a usual error. */
export class SeasonalResidual implements Detector {
  readonly evidence = new Band()
  readonly #baseline: Baseline
  readonly #season: Season
  readonly #errors = new ErrorScale(errorRate)
  #profile: Float64Array = new Float64Array(0)
  /** Of the point scored last. */
  #error = 0

  constructor(period: Period, baseline: Baseline) {
    this.#baseline = baseline
    this.#season = new Season(period)
  }

  /** At most so many bytes has a snapshot, besides what the baseline has. */
  static bytes(period: Period): number {
    return 8 * (keptFor(period) + slotsFor(period)) + 88
  }

  score(point: Float64Array, time: number): number {
    const { count, deviation } = this.#errors
    const expected = this.#baseline.next + this.#seasonal(this.#season.slot(time))
    this.#error = tame(point[0] as number) - expected
    if (count < fewest) {
      this.evidence.set(Number.NaN, Number.NaN)
      return Number.NaN
    }
    this.evidence.set(expected, deviation)
    return deviations(this.#error, deviation, expected)
  }

  update(point: Float64Array, time: number): number {
    const score = this.score(point, time)
    const value = tame(point[0] as number)
    if (this.#errors.count > 0) this.#follow(this.#season.slot(time))
    else {
      this.#baseline.begin(value)
      this.#errors.learn(0)
    }
    if (this.#season.learn(value, time)) this.#begin()
    return score
  }

  snapshot(): SeasonalResidualData {
    return {
      baseline: this.#baseline.snapshot(),
      errors: this.#errors.snapshot(),
      profile: this.#profile.slice(),
      season: this.#season.snapshot(),
    }
  }

  restore({ baseline, errors, profile, season }: SeasonalResidualData): void {
    this.#baseline.restore(baseline)
    this.#errors.restore(errors)
    this.#profile = Float64Array.from(profile)
    this.#season.restore(season)
  }

  #seasonal(slot: number): number {
    return this.#profile.length === 0 ? 0 : (this.#profile[slot] as number)
  }

  #follow(slot: number): void {
    const error = this.#errors.clip(this.#error)
    const isSeasonal = this.#profile.length > 0
    const share = this.#baseline.follow(error, this.#errors.deviation, isSeasonal)
    if (isSeasonal) this.#profile[slot] = (this.#profile[slot] as number) + share
    this.#errors.learn(this.#error)
  }

  /** A period was found: what is kept of the past says what the season is, and goes by once more. */
  #begin(): void {
    const { newest, recent, slots } = this.#season
    const values = recent.toArray()
    const { profile, range } = seasonProfile(values, slots, newest)
    this.#profile = profile
    if (values.length === 0) return
    this.#errors.clear(finest * range)
    let slot = (newest + slots - ((values.length - 1) % slots)) % slots
    this.#baseline.begin((values[0] as number) - this.#seasonal(slot))
    for (const value of values) {
      this.#error = value - this.#baseline.next - this.#seasonal(slot)
      this.#follow(slot)
      slot = (slot + 1) % slots
    }
  }
}
