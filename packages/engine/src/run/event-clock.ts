import type { Runtime } from '@millrace/base'
import type { StateTime } from '../state/time-to-live.ts'
import type { Emitter } from './emitter.ts'

/** What time it is for the state of a stage. */
export class EventClock implements StateTime {
  readonly #emitter: Emitter
  readonly #runtime: Runtime
  /** What event time has come to, as far as records and timers say: the end of the input does not move it. */
  reached = Number.NEGATIVE_INFINITY
  /** Told when something goes by the clock earlier than all else. */
  onClock: () => void = () => {}

  constructor(emitter: Emitter, runtime: Runtime) {
    this.#emitter = emitter
    this.#runtime = runtime
  }

  /** Event time has come to `time`. */
  moveTo(time: number): void {
    if (time > this.reached && time < Number.POSITIVE_INFINITY) this.reached = time
  }

  arm(time: 'event' | 'clock'): void {
    if (time === 'clock') this.onClock()
  }

  event(): number {
    const { timestamp, unlimited } = this.#emitter
    const time = unlimited ? this.reached : Math.max(this.reached, timestamp)
    // Before the first record there is no event time.
    return time === Number.NEGATIVE_INFINITY ? this.#runtime.now() : time
  }

  clock(): number {
    return this.#runtime.now()
  }
}
