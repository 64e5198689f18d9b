/** What a surprise curve keeps, as plain data. */
export interface SurpriseCurveData {
  readonly count: number
  readonly common: number
  readonly rare: number
}

/** Scores whose shares it follows. */
const COMMON_FROM = 1
const RARE_FROM = 1.5
/** How many of the scores are above them before anything is known, and what their shares are taken for at least and at most. */
const COMMON = { first: 0.2, least: 0.03, most: 0.7 } as const
const RARE = { first: 0.05, least: 0.002, most: 0.5 } as const
/** Of the powers of the score that surprise may grow with. */
const POWER_LEAST = 1
const POWER_MOST = 2
/** Larger scores are what it is to tell of: they say nothing of what is usual. */
const LEARNT_MOST = 4

/**
 * Makes surprises, -log10 of how rare a score is, of scores that grow with strangeness: a power of the score (a Weibull tail) through
 * the shares of the scores above 1 and above 1.5, with slow forgetting. What it knows first counts as `memory` points, so that it bends
 * too slowly to change the order of scores that are near each other in time. Memory: 24 bytes.
 */
export class SurpriseCurve {
  readonly #memory: number
  #count = 0
  #common: number = COMMON.first
  #rare: number = RARE.first

  constructor(memory: number) {
    this.#memory = memory
  }

  /** Never falls where `score` rises, 0 for 0. */
  of(score: number): number {
    const common = -Math.log10(within(this.#common, COMMON))
    const rare = -Math.log10(within(this.#rare, RARE))
    const power = Math.log(rare / common) / Math.log(RARE_FROM / COMMON_FROM)
    const limited = Math.min(Math.max(power, POWER_LEAST), POWER_MOST)
    return rare * (score / RARE_FROM) ** limited
  }

  learn(score: number): void {
    if (score > LEARNT_MOST) return
    this.#count = Math.min(this.#count + 1, this.#memory)
    const rate = 1 / (this.#memory + this.#count)
    this.#common += rate * ((score >= COMMON_FROM ? 1 : 0) - this.#common)
    this.#rare += rate * ((score >= RARE_FROM ? 1 : 0) - this.#rare)
  }

  snapshot(): SurpriseCurveData {
    return { count: this.#count, common: this.#common, rare: this.#rare }
  }

  restore({ count, common, rare }: SurpriseCurveData): void {
    this.#count = count
    this.#common = common
    this.#rare = rare
  }
}

function within(share: number, { least, most }: { least: number; most: number }): number {
  return Math.min(Math.max(share, least), most)
}
