import type { Key, NumbersState, StateScope, ValueState } from '@millrace/sdk'
import type { Entry, Ranking } from './ranking.ts'
import { type At, type Give, giveAll, type Tops } from './tops.ts'

/** What is known of a key beside its best. */
interface Progress {
  /** Largest event time of its records. */
  latest: number
  /** Smallest among the records that changed the best since these were given; Infinity for none. */
  changedSince: number
  /** Times its best were given. */
  revision: number
}

/** The best of each key over the whole input; running ones each time event time passes a multiple of `everyMs`, if that is finite. */
export class WholeTops implements Tops {
  readonly #ranking: Ranking
  readonly #everyMs: number
  readonly #best: ValueState<readonly Entry[]>
  readonly #progress: NumbersState<Progress>
  due: number

  constructor(ranking: Ranking, everyMs: number, state: Pick<StateScope, 'numbers' | 'value'>) {
    this.#ranking = ranking
    this.#everyMs = everyMs
    this.#best = state.value<readonly Entry[]>('best', { initial: () => [] })
    this.#progress = state.numbers('progress', {
      create: () => ({ latest: -Infinity, changedSince: Infinity, revision: 0 }),
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
    const progress = this.#progress.get()
    if (timestamp > progress.latest) progress.latest = timestamp
    if (place >= 0 && timestamp < progress.changedSince) progress.changedSince = timestamp
  }

  *move(watermark: number, before: number, give: Give): Iterator<number> {
    // An infinite watermark is the end: what is left goes out with it.
    if (!Number.isFinite(watermark)) return
    const multiple = Math.floor(watermark / this.#everyMs) * this.#everyMs
    this.due = multiple + this.#everyMs
    // The watermark before this one tells what was given: nothing need be remembered, so a new instance can take over.
    if (multiple > Math.floor(before / this.#everyMs) * this.#everyMs) {
      for (const [key, best] of this.#best.entries()) {
        const progress = this.#progress.get()
        if (progress.changedSince >= multiple) continue
        progress.changedSince = Infinity
        this.#give(key, best, multiple - 1, false, give)
        yield 1
      }
    }
  }

  end(give: Give): void {
    for (const [key, best] of this.#best.entries()) {
      this.#give(key, best, this.#progress.get().latest, true, give)
      this.#best.clear()
      this.#progress.clear()
    }
  }

  #give(
    key: Key | undefined,
    best: readonly Entry[],
    timestamp: number,
    final: boolean,
    give: Give,
  ): void {
    const isOne = this.#everyMs === Infinity
    const update = isOne ? undefined : { revision: this.#progress.get().revision++, final }
    giveAll(this.#ranking, best, { ...key }, timestamp, give, update)
  }
}
