import type { MapState, OrderedState, StateScope } from '@millrace/sdk'
import type { Identity } from './identify.ts'

/** What becomes of a record. */
export type Verdict = 'first' | 'duplicate' | 'late'

/** Times of the records that were passed and still count, of the stage's key in hand: one, or a list. */
type Times = number | readonly number[]

/** Remembers which records were passed, and for how long they count. */
export class Seen {
  readonly #withinMs: number
  readonly #times: MapState<Identity, Times>
  /** In the order in which they came, each under the largest time so far, so that what is over is found. */
  readonly #order: OrderedState<Identity>

  constructor(withinMs: number, state: Pick<StateScope, 'map' | 'ordered'>) {
    this.#withinMs = withinMs
    this.#times = state.map('times')
    this.#order = state.ordered('order')
  }

  /** Judges the record in hand and remembers a first one. */
  take(identity: Identity, time: number, watermark: number): Verdict {
    const times = this.#times.get(identity)
    if (times !== undefined) {
      if (typeof times === 'number') {
        if (this.#counts(times, time, watermark)) return 'duplicate'
      } else if (times.some((one) => this.#counts(one, time, watermark))) return 'duplicate'
    }
    // Behind the watermark the record it repeats may be forgotten already.
    if (time < watermark) return 'late'
    this.#times.set(identity, withTime(times, time))
    // Its own place would be far from the end where partitions are apart: then each record would move all behind it.
    const [latest = time] = this.#order.last() ?? []
    this.#order.add(Math.max(time, latest), identity)
    return 'first'
  }

  /** Forgets what no record can repeat any more that is not late. */
  release(watermark: number): void {
    const over = watermark - this.#withinMs
    this.#order.releaseBefore(over, (_time, identity) => {
      const times = this.#times.get(identity)
      // Another one of the same may have come since.
      if (typeof times === 'number' && times >= over) return
      const left = typeof times === 'object' ? times.filter((time) => time >= over) : []
      if (left.length === 0) this.#times.delete(identity)
      else this.#times.set(identity, left)
    })
  }

  /** Whether a record of `time` repeats the one that was passed at `first`. A batch may still hold what is over by now. */
  #counts(first: number, time: number, watermark: number): boolean {
    return Math.abs(time - first) < this.#withinMs && first >= watermark - this.#withinMs
  }
}

function withTime(times: Times | undefined, time: number): Times {
  if (times === undefined) return time
  return typeof times === 'number' ? [times, time] : [...times, time]
}
