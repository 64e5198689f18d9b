import type { LateRecord, PanesState, StateScope } from '@millrace/sdk'
import { type Plan, tooLate } from '@millrace/window'
import type { Entry, Ranking } from './ranking.ts'
import { type At, type Give, giveAll, type Tops } from './tops.ts'

/** The best of each key and window: given when the watermark has passed the window's end and the lateness. */
export class WindowTops implements Tops {
  readonly #ranking: Ranking
  readonly #plan: Plan
  readonly #latenessMs: number
  /** By the end of the window. */
  readonly #best: PanesState<{ readonly entries: Entry[] }>
  due = -Number.MAX_VALUE

  constructor(
    { latenessMs, plan }: { readonly plan: Plan; readonly latenessMs: number },
    ranking: Ranking,
    state: Pick<StateScope, 'panes'>,
  ) {
    this.#plan = plan
    this.#latenessMs = latenessMs
    this.#ranking = ranking
    this.#best = state.panes('best', { create: () => ({ entries: [] }) })
  }

  take(value: number, record: unknown, at: At): LateRecord | undefined {
    const plan = this.#plan
    const pane = plan.panes.start(at.timestamp)
    const last = plan.lastEnd(pane)
    if (at.watermark >= last + this.#latenessMs) {
      return tooLate(record, at, { start: plan.start(last), end: last }, this.#latenessMs)
    }
    for (let end = plan.firstEnd(pane); end <= last; end = plan.nextEnd(end)) {
      const closes = end + this.#latenessMs
      if (at.watermark >= closes) continue
      if (closes < this.due) this.due = closes
      const { entries } = this.#best.get(end)
      const place = this.#ranking.place(entries, value, at.timestamp)
      if (place >= 0)
        this.#ranking.insert(entries, place, { value, timestamp: at.timestamp, record })
    }
    return undefined
  }

  *move(watermark: number, _before: number, give: Give): Iterator<number> {
    for (const end of this.#best.starts()) {
      if (end + this.#latenessMs > watermark) break
      const start = this.#plan.start(end)
      for (const [key, { entries }] of this.#best.entries(end)) {
        giveAll(
          this.#ranking,
          entries,
          { ...key, windowStart: start, windowEnd: end },
          end - 1,
          give,
        )
        yield 1
      }
      this.#best.release(end)
    }
    const [first = Infinity] = this.#best.starts()
    this.due = first + this.#latenessMs
  }

  /** The end of the input is a watermark that has passed all windows. */
  end(): void {}
}
