import type { Key, PanesState, StateScope } from '@millrace/sdk'
import { type Emit, nextMultiple, passesMultiple } from './emit.ts'
import type { Accumulators, Folds } from './folds.ts'
import type { Plan } from './plan.ts'
import { tooLate } from './too-late.ts'
import type { At, Out, Windows } from './windows.ts'

/** Results between two chances to stop. */
const STEP = 64

/**
 * Windows with accumulators of their own: tumbling ones, and sliding and cumulating ones that give results before they are
 * over, so that each record goes into every window that holds it.
 */
export class DirectWindows implements Windows {
  readonly #plan: Plan
  readonly #folds: Folds
  readonly #emit: Emit
  readonly #latenessMs: number
  /** By the end of the window. */
  readonly #windows: PanesState<Accumulators>
  due = -Number.MAX_VALUE
  // The pane looked at last: from where to where, and the ends of the windows that hold it.
  #from = Number.POSITIVE_INFINITY
  #to = Number.NEGATIVE_INFINITY
  #ends: readonly number[] = []
  /** When the last of them is let go. */
  #closes = Number.NEGATIVE_INFINITY

  constructor({ plan, folds, emit, latenessMs }: DirectOptions, state: Pick<StateScope, 'panes'>) {
    this.#plan = plan
    this.#folds = folds
    this.#emit = emit
    this.#latenessMs = latenessMs
    this.#windows = state.panes('windows', { create: folds.create })
  }

  take(record: unknown, at: At, out: Out): void {
    const { timestamp, watermark } = at
    if (timestamp < this.#from || timestamp >= this.#to) this.#look(timestamp, watermark)
    if (watermark >= this.#closes) {
      const end = this.#ends.at(-1) as number
      out.late(tooLate(record, at, { start: this.#plan.start(end), end }, this.#latenessMs))
      return
    }
    this.#folds.evaluate(record, at)
    for (let index = 0; index < this.#ends.length; index++) {
      const end = this.#ends[index] as number
      if (watermark >= end + this.#latenessMs) continue
      const accumulators = this.#windows.get(end)
      this.#folds.add(accumulators)
      if (this.#emit.kind !== 'final' && this.#emitsNow(accumulators, end, watermark)) {
        this.#give(at.key, end, accumulators, false, out)
      }
    }
  }

  *fire(watermark: number, before: number, out: Out): Iterator<number> {
    const emit = this.#emit
    if (emit.kind === 'onTime' && this.#latenessMs > 0) {
      yield* this.#fireOnTime(watermark, before, out)
    } else yield* this.#close(watermark, out)
    if (emit.kind === 'every' && passesMultiple(before, watermark, emit.ms)) {
      yield* this.#giveChanged(out)
    }
    this.due = this.#nextDue(watermark)
    // Whoever comes back to the same pane may open its windows anew.
    this.#from = Number.POSITIVE_INFINITY
  }

  /** Lets go of all windows that are over, each with its last result. */
  *#close(watermark: number, out: Out): Iterable<number> {
    for (const end of this.#windows.starts()) {
      if (end + this.#latenessMs > watermark) return
      yield* this.#giveAll(end, true, out)
      this.#windows.release(end)
    }
  }

  /** The results of ends that were passed and the last results, in the order of time. */
  *#fireOnTime(watermark: number, before: number, out: Out): Iterable<number> {
    const ends = this.#windows.starts().filter((end) => end > before && end <= watermark)
    for (const end of ends) {
      yield* this.#close(end, out)
      if (this.#windows.starts().includes(end)) yield* this.#giveAll(end, false, out)
    }
    yield* this.#close(watermark, out)
  }

  get #first(): number {
    return this.#windows.starts()[0] ?? Number.POSITIVE_INFINITY
  }

  #nextDue(watermark: number): number {
    const first = this.#first
    if (first === Number.POSITIVE_INFINITY) return first
    return Math.min(
      first + this.#latenessMs,
      this.#nextResult(watermark, this.#windows.starts().find((end) => end > watermark) ?? first),
    )
  }

  /** When a window that ends at `end` gives a result before it is let go. */
  #nextResult(watermark: number, end: number): number {
    if (this.#emit.kind === 'every') return nextMultiple(watermark, this.#emit.ms)
    return this.#emit.kind === 'onTime' && end > watermark ? end : Number.POSITIVE_INFINITY
  }

  #emitsNow(accumulators: Accumulators, end: number, watermark: number): boolean {
    const emit = this.#emit
    if (emit.kind === 'update') return true
    if (emit.kind === 'onTime') return watermark >= end
    const progress = this.#folds.progress(accumulators)
    progress.changed++
    if (emit.kind !== 'records' || progress.changed < emit.count) return false
    progress.changed = 0
    return true
  }

  *#giveChanged(out: Out): Iterable<number> {
    for (const end of this.#windows.starts()) {
      for (const [key, accumulators] of this.#windows.entries(end)) {
        const progress = this.#folds.progress(accumulators)
        if (progress.changed === 0) continue
        progress.changed = 0
        this.#give(key, end, accumulators, false, out)
        yield 1
      }
    }
  }

  *#giveAll(end: number, final: boolean, out: Out): Iterable<number> {
    let given = 0
    for (const [key, accumulators] of this.#windows.entries(end)) {
      this.#give(key, end, accumulators, final, out)
      if (++given < STEP) continue
      yield given
      given = 0
    }
    if (given > 0) yield given
  }

  #give(
    key: Key | undefined,
    end: number,
    accumulators: Accumulators,
    final: boolean,
    out: Out,
  ): void {
    const start = this.#plan.start(end)
    out.result(this.#folds.result(accumulators, { key, start, end, final }), end - 1)
  }

  #look(time: number, watermark: number): void {
    const plan = this.#plan
    const pane = plan.panes.start(time)
    this.#from = pane
    this.#to = plan.panes.next(time)
    const last = plan.lastEnd(pane)
    const ends: number[] = []
    for (let end = plan.firstEnd(pane); end <= last; end = plan.nextEnd(end)) ends.push(end)
    this.#ends = ends
    this.#closes = last + this.#latenessMs
    for (const end of ends) {
      const closes = end + this.#latenessMs
      if (watermark < closes) {
        this.due = Math.min(this.due, closes, this.#nextResult(watermark, end))
      }
    }
  }
}

/** What all windows over panes are made of. */
export interface DirectOptions {
  readonly plan: Plan
  readonly folds: Folds
  readonly emit: Emit
  readonly latenessMs: number
}
