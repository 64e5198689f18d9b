import type { Scored, Threshold } from './threshold.ts'

/** Over it is what scores at least so much. */
export class FixedThreshold implements Threshold {
  readonly #least: number

  constructor(least: number) {
    this.#least = least
  }

  isOver({ score }: Scored): boolean {
    return score >= this.#least
  }

  learn(): void {}

  level(): number {
    return this.#least
  }

  restart(): void {}

  snapshot(): null {
    return null
  }

  restore(): void {}
}
