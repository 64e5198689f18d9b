/** What a surprise curve keeps, as plain data. */
export interface SurpriseCurveData {
  readonly count: number
  readonly shares: Float64Array
}

/** Up to this score a point is as usual as can be. */
const USUAL = 1
/** Scores whose shares it follows: those that half, a tenth and a hundredth of the points of several kinds of series were above. */
const LEVELS = [
  { from: 1.55, first: 0.5, least: 0.05, most: 0.97 },
  { from: 2.1, first: 0.1, least: 0.02, most: 0.5 },
  { from: 2.75, first: 0.01, least: 0.001, most: 0.1 },
] as const
/** Beyond the last level, up to this score, surprise grows faster than the score, as of these series; then as fast. */
const STEEP_TO = 3.3
const STEEP = 1.8
/** Larger scores are what it is to tell of: they say nothing of what is usual. */
const LEARNT_MOST = 5

/**
 * Makes surprises, -log10 of how rare a score is, of scores that are surprises of many things at once: their shares are near to what they
 * say only far out. It goes through the shares of the scores above 1.55, 2.1 and 2.75, with slow forgetting. What it knows first
 * counts as `memory` points, so that it bends too slowly to change the order of scores that are near each other in time.
 * Memory: 32 bytes.
 */
export class SurpriseCurve {
  readonly #memory: number
  #count = 0
  readonly #shares = Float64Array.from(LEVELS, ({ first }) => first)

  constructor(memory: number) {
    this.#memory = memory
  }

  /** Never falls where `score` rises; 0 up to 1. */
  of(score: number): number {
    if (score <= USUAL) return 0
    let from = USUAL
    let low = 0
    for (let at = 0; at < LEVELS.length; at++) {
      const level = LEVELS[at] as (typeof LEVELS)[number]
      const share = Math.min(Math.max(this.#shares[at] as number, level.least), level.most)
      const high = -Math.log10(share)
      if (score < level.from) return low + ((score - from) / (level.from - from)) * (high - low)
      from = level.from
      low = high
    }
    return low + STEEP * (Math.min(score, STEEP_TO) - from) + Math.max(score - STEEP_TO, 0)
  }

  learn(score: number): void {
    if (score > LEARNT_MOST) return
    this.#count = Math.min(this.#count + 1, this.#memory)
    const rate = 1 / (this.#memory + this.#count)
    for (let at = 0; at < LEVELS.length; at++) {
      const isAbove = score >= (LEVELS[at] as (typeof LEVELS)[number]).from
      this.#shares[at] = (this.#shares[at] as number) * (1 - rate) + (isAbove ? rate : 0)
    }
  }

  snapshot(): SurpriseCurveData {
    return { count: this.#count, shares: this.#shares.slice() }
  }

  restore({ count, shares }: SurpriseCurveData): void {
    this.#count = count
    this.#shares.set(shares)
  }
}
