import type { Scored, Threshold } from './threshold.ts'

/** How fast the level follows, as a share of alpha: a point over it halves the level. */
const RATE = 0.5
/** The level never rises above so many times alpha: a quiet stream must not make it jumpy. */
const LEVEL_MOST = 10

/**
 * Over it is what has p = 1 - score of at most a level. The level begins as `alpha` and adapts, so that the share of points over it stays
 * near alpha although a stream is no lottery (adaptive conformal inference, Gibbs and Candès, 2021). Memory: 8 bytes.
 */
export class ConformalThreshold implements Threshold {
  readonly #alpha: number
  #level: number

  constructor(alpha: number) {
    this.#alpha = alpha
    this.#level = alpha
  }

  isOver({ score }: Scored): boolean {
    return 1 - score <= this.#level
  }

  learn(_scored: Scored, isOver: boolean): void {
    const next = this.#level + RATE * this.#alpha * (this.#alpha - (isOver ? 1 : 0))
    this.#level = Math.min(Math.max(next, 0), LEVEL_MOST * this.#alpha)
  }

  level(): number {
    return 1 - this.#level
  }

  restart(): void {
    this.#level = this.#alpha
  }

  snapshot(): number {
    return this.#level
  }

  restore(level: number): void {
    this.#level = level
  }
}
