import type { Budget } from './actor.ts'

/** How often a supervisor may restart: OTP's sliding log of attempts, in milliseconds. */
export class RestartBudget {
  readonly intensity: number
  readonly periodMs: number
  #attemptsMs: number[] = []

  constructor(intensity: number, periodMs: number) {
    this.intensity = intensity
    this.periodMs = periodMs
  }

  /** Logs one attempt, also a refused one; true if no more than `intensity` lie within the last `periodMs`, both ends included. */
  grant(nowMs: number): boolean {
    if (this.intensity === Infinity) return true
    this.#attemptsMs = this.attempts(nowMs)
    this.#attemptsMs.push(nowMs)
    return this.#attemptsMs.length <= this.intensity
  }

  /** Times of the attempts that still count; with an intensity of `Infinity` nothing is logged. */
  attempts(nowMs: number): number[] {
    return this.#attemptsMs.filter((attemptMs) => attemptMs >= nowMs - this.periodMs)
  }

  /** The budget as data. */
  state(nowMs: number): Budget & { readonly restarts: readonly number[] } {
    const { intensity, periodMs } = this
    return { intensity, periodMs, restarts: this.attempts(nowMs) }
  }
}
