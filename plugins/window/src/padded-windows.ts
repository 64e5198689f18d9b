import type { Key, NumbersState, PanesState, StateScope } from '@millrace/sdk'
import type { DirectOptions } from './direct-windows.ts'
import type { Accumulators, Folds } from './folds.ts'
import type { Plan } from './plan.ts'
import { tooLate } from './too-late.ts'
import type { At, Out, Windows } from './windows.ts'

/** A key that gives results also where it has no records. */
interface Known {
  /** End of its first window. */
  first: number
  /** End of the last window with a record of it. */
  last: number
  /** Empty windows in a row that it has given. */
  silent: number
}

/**
 * Tumbling windows with a result of each key for each window, also for empty ones: from the first window of the key until it has
 * given `most` empty ones in a row, and never past the last window of any key.
 */
export class PaddedWindows implements Windows {
  readonly #plan: Plan
  readonly #folds: Folds
  readonly #latenessMs: number
  readonly #most: number
  /** By the end of the window. */
  readonly #windows: PanesState<Accumulators>
  readonly #keys: NumbersState<Known>
  due = -Number.MAX_VALUE
  /** End of the last window that is over. */
  #closed = Number.NEGATIVE_INFINITY
  /** Whether a key may give an empty window behind the last one: a jump over years is none of a billion steps. */
  #speaks = true

  constructor(
    { plan, folds, latenessMs }: DirectOptions,
    most: number,
    state: Pick<StateScope, 'panes' | 'numbers'>,
  ) {
    this.#plan = plan
    this.#folds = folds
    this.#latenessMs = latenessMs
    this.#most = most
    this.#windows = state.panes('windows', { create: folds.create })
    this.#keys = state.numbers('keys', {
      create: (): Known => ({ first: Infinity, last: -Infinity, silent: 0 }),
    })
  }

  take(record: unknown, at: At, out: Out): void {
    const { timestamp, watermark } = at
    const end = this.#plan.panes.next(timestamp)
    const closes = end + this.#latenessMs
    if (watermark >= closes) {
      out.late(tooLate(record, at, { start: this.#plan.start(end), end }, this.#latenessMs))
      return
    }
    this.#folds.evaluate(record, at)
    this.#folds.add(this.#windows.get(end))
    const known = this.#keys.get()
    if (end < known.first) known.first = end
    if (end > known.last) known.last = end
    if (closes < this.due) this.due = closes
  }

  *fire(watermark: number, before: number, out: Out): Iterator<number> {
    if (before !== Number.NEGATIVE_INFINITY) {
      this.#closed = Math.max(this.#closed, this.#plan.endBefore(before - this.#latenessMs))
    }
    for (;;) {
      const end = this.#nextEnd(watermark)
      this.due = end + this.#latenessMs
      if (end === Number.POSITIVE_INFINITY || this.due > watermark) break
      yield* this.#close(end, out)
      this.#closed = end
    }
    if (watermark !== Number.POSITIVE_INFINITY) return
    for (const _ of this.#keys.entries()) this.#keys.clear()
  }

  /** End of the next window that gives results. */
  #nextEnd(watermark: number): number {
    const first = this.#windows.starts()[0] ?? Number.POSITIVE_INFINITY
    // Where the input is over there is nothing behind the last window that has records.
    const isOver = first === Number.POSITIVE_INFINITY && watermark === Number.POSITIVE_INFINITY
    if (isOver || this.#closed === Number.NEGATIVE_INFINITY || !this.#speaks) return first
    return Math.min(first, this.#plan.nextEnd(this.#closed))
  }

  *#close(end: number, out: Out): Iterable<number> {
    let speaks = false
    for (const [key, known] of this.#keys.entries()) {
      const accumulators = this.#windows.find(end)
      if (accumulators !== undefined) {
        known.silent = 0
        this.#give(key, end, accumulators, out)
      } else if (known.first < end && known.silent < this.#most) {
        known.silent++
        this.#give(key, end, this.#folds.create(), out)
      }
      if (known.silent < this.#most) speaks ||= known.first <= end
      else if (known.last <= end) this.#keys.clear()
      yield 1
    }
    this.#speaks = speaks
    this.#windows.release(end)
  }

  #give(key: Key | undefined, end: number, accumulators: Accumulators, out: Out): void {
    const start = this.#plan.start(end)
    out.result(this.#folds.result(accumulators, { key, start, end, final: true }), end - 1)
  }
}
