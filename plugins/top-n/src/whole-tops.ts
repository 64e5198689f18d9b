import type { NumbersState, StateScope, ValueState } from '@millrace/sdk'
import type { Entry, Ranking } from './ranking.ts'
import { type At, type Give, giveAll, type Tops } from './tops.ts'

/** Event times of a key. */
interface Times {
  /** Largest of its records. */
  latest: number
  /** Smallest among the records that changed the best since these were given; Infinity for none. */
  changedSince: number
}

/** The best of each key over the whole input; running ones each time event time passes a multiple of `everyMs`, if that is finite. */
export class WholeTops implements Tops {
  readonly #ranking: Ranking
  readonly #everyMs: number
  readonly #best: ValueState<readonly Entry[]>
  readonly #times: NumbersState<Times>
  due: number

  constructor(ranking: Ranking, everyMs: number, state: Pick<StateScope, 'numbers' | 'value'>) {
    this.#ranking = ranking
    this.#everyMs = everyMs
    this.#best = state.value<readonly Entry[]>('best', { initial: () => [] })
    this.#times = state.numbers('times', {
      create: () => ({ latest: -Infinity, changedSince: Infinity }),
    })
    this.due = everyMs === Infinity ? Infinity : -Number.MAX_VALUE
  }

  take(value: number, record: unknown, { timestamp }: At): undefined {
    const best = this.#best.get()
    const place = this.#ranking.place(best, value, timestamp)
    if (place >= 0) {
      const better = [...best]
      this.#ranking.insert(better, place, { value, timestamp, record })
      this.#best.set(better)
    }
    const times = this.#times.get()
    if (timestamp > times.latest) times.latest = timestamp
    if (place >= 0 && timestamp < times.changedSince) times.changedSince = timestamp
  }

  move(watermark: number, before: number, give: Give): void {
    // An infinite watermark is the end: what is left goes out with it.
    if (!Number.isFinite(watermark)) return
    const multiple = Math.floor(watermark / this.#everyMs) * this.#everyMs
    this.due = multiple + this.#everyMs
    // The watermark before this one tells what was given: nothing need be remembered, so a new instance can take over.
    if (multiple > Math.floor(before / this.#everyMs) * this.#everyMs) {
      this.#giveChanged(multiple, give, multiple - 1)
    }
  }

  end(give: Give): void {
    this.#giveChanged(Infinity, give)
  }

  /** Gives the best of the keys for which they changed before `time`. */
  #giveChanged(time: number, give: Give, timestamp?: number): void {
    for (const [key, best] of this.#best.entries()) {
      const times = this.#times.get()
      if (times.changedSince >= time) continue
      times.changedSince = Infinity
      giveAll(best, { ...key }, timestamp ?? times.latest, give)
    }
  }
}
