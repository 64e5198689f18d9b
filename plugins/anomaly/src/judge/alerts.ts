import { type AlertsParameters, refractoryOf } from './alerts-parameters.ts'

/** What it keeps, as plain data. */
export interface AlertsData {
  /** The newest points, the last of them lowest: 1 where one was over the threshold. */
  readonly over: number
  readonly isOpen: boolean
  /** Points since the last alert, and its time; both NaN before the first. */
  readonly points: number
  readonly timeMs: number
}

/**
 * Makes alerts of points over a threshold: enough of the last ones, none while the stretch of the last alert goes on, none within the
 * refractory period, which holds for event time and for points alike. Memory: 32 bytes.
 */
export class Alerts {
  readonly #ms: number
  readonly #points: number
  readonly #on: number
  readonly #off: number
  readonly #mask: number
  readonly #need: number
  #over = 0
  #isOpen = false
  #since = Number.NaN
  #timeMs = Number.NaN

  constructor(parameters: AlertsParameters) {
    const { ms, points } = refractoryOf(parameters)
    const { hysteresis, persistence = { of: 1, need: 1 } } = parameters
    this.#ms = ms
    this.#points = points
    this.#on = hysteresis?.on ?? 0
    this.#off = hysteresis?.off ?? Infinity
    this.#mask = 2 ** persistence.of - 1
    this.#need = persistence.need
  }

  /** Whether the next point would be an alert. Changes nothing. */
  isAlert(isOver: boolean, score: number, time: number): boolean {
    if (!isOver || score < this.#on) return false
    if (this.#need > 1 && countOnes(this.#shifted(isOver)) < this.#need) return false
    if (this.#isOpen && score >= this.#off) return false
    if (Number.isNaN(this.#since)) return true
    return this.#since >= this.#points && (this.#ms === 0 || time - this.#timeMs >= this.#ms)
  }

  /** Goes on by one point; `isAlert` is what it has become. */
  add(isOver: boolean, isAlert: boolean, score: number, time: number): void {
    this.#over = this.#shifted(isOver)
    if (isAlert) {
      this.#isOpen = true
      this.#since = 0
      this.#timeMs = time
      return
    }
    if (score < this.#off) this.#isOpen = false
    this.#since++
  }

  snapshot(): AlertsData {
    return {
      over: this.#over,
      isOpen: this.#isOpen,
      points: this.#since,
      timeMs: this.#timeMs,
    }
  }

  restore({ over, isOpen, points, timeMs }: AlertsData): void {
    this.#over = over
    this.#isOpen = isOpen
    this.#since = points
    this.#timeMs = timeMs
  }

  #shifted(isOver: boolean): number {
    return ((this.#over << 1) | (isOver ? 1 : 0)) & this.#mask
  }
}

function countOnes(bits: number): number {
  let ones = 0
  for (let left = bits; left !== 0; left &= left - 1) ones++
  return ones
}
