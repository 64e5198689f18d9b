import { RowLayout } from '@millrace/base'
import type { Key, PanesState, StateScope } from '@millrace/sdk'
import type { DirectOptions } from './direct-windows.ts'
import type { Accumulators, Folds } from './folds.ts'
import type { Plan } from './plan.ts'
import { entriesOfBoth, merged, Run, type RunMaker } from './run.ts'
import { tooLate } from './too-late.ts'
import type { At, Out, Windows } from './windows.ts'

/** A pane and everything behind it up to the pane where the last look back began. */
interface Suffix {
  readonly pane: number
  readonly run: Run
}

/**
 * Sliding and cumulating windows that give one result each: a record goes into one pane, however many windows hold it. A
 * window is put together of two runs: one that grows pane by pane, and one of those made when the window's start last came up
 * to where that run begins. So each pane is merged about three times in all. The runs are worked out from the panes, which are the state.
 */
export class SharedWindows implements Windows {
  readonly #plan: Plan
  readonly #folds: Folds
  readonly #latenessMs: number
  readonly #state: Pick<StateScope, 'slot'>
  readonly #panes: PanesState<Accumulators>
  readonly #maker: RunMaker
  due = -Number.MAX_VALUE
  /** End of the last window that is over. */
  #fired = Number.NEGATIVE_INFINITY
  // The pane looked at last.
  #from = Number.POSITIVE_INFINITY
  #to = Number.NEGATIVE_INFINITY
  /** When the last window that holds it is let go. */
  #closes = Number.NEGATIVE_INFINITY
  /** What was merged when the window last came up to the growing run: its panes, the latest first. */
  #front: Suffix[] = []
  /** The run that grows, and its panes. */
  #back: Run
  #backPanes: number[] = []

  constructor(
    { plan, folds, latenessMs }: DirectOptions,
    state: Pick<StateScope, 'panes' | 'slot'>,
  ) {
    this.#plan = plan
    this.#folds = folds
    this.#latenessMs = latenessMs
    this.#state = state
    this.#panes = state.panes('panes', { create: folds.create })
    this.#maker = {
      layout: new RowLayout(folds.create),
      second: new RowLayout(folds.create),
      merge: folds.merge,
    }
    this.#back = new Run(this.#maker, 0)
  }

  take(record: unknown, at: At, out: Out): void {
    const { timestamp, watermark } = at
    if (timestamp < this.#from || timestamp >= this.#to) this.#look(timestamp, watermark)
    if (watermark >= this.#closes) {
      const end = this.#plan.lastEnd(this.#from)
      out.late(tooLate(record, at, { start: this.#plan.start(end), end }, this.#latenessMs))
      return
    }
    this.#folds.evaluate(record, at)
    this.#folds.add(this.#panes.get(this.#from))
    if (this.#from < this.#fired && this.#takesLate(this.#from)) this.#mend(at.key)
  }

  *fire(watermark: number, before: number, out: Out): Iterator<number> {
    this.#passed(before)
    for (let end = this.#nextEnd(); ; end = this.#nextEnd()) {
      this.due = end + this.#latenessMs
      if (this.due > watermark || end === Number.POSITIVE_INFINITY) break
      yield* this.#give(end, out)
      this.#fired = end
      this.#release(end)
    }
    this.#from = Number.POSITIVE_INFINITY
    this.#to = Number.NEGATIVE_INFINITY
  }

  /** End of the next window with anything in it. */
  #nextEnd(): number {
    const first = this.#panes.starts()[0]
    if (first === undefined) return Number.POSITIVE_INFINITY
    const end = this.#plan.firstEnd(first)
    return end > this.#fired ? end : this.#plan.nextEnd(this.#fired)
  }

  #release(end: number): void {
    for (const pane of this.#panes.starts()) {
      if (this.#plan.lastEnd(pane) > end) return
      this.#panes.release(pane)
    }
  }

  *#give(end: number, out: Out): Iterable<number> {
    const start = this.#plan.start(end)
    yield* this.#comeUpTo(start)
    const last = this.#backPanes.at(-1) ?? this.#front[0]?.pane ?? Number.NEGATIVE_INFINITY
    for (const pane of this.#panes.starts()) {
      if (pane >= end) break
      if (pane < start || pane <= last) continue
      this.#absorb(pane)
      yield this.#back.size
    }
    const front = this.#front.at(-1)?.run ?? new Run(this.#maker, 0)
    for (const { accumulators, key } of entriesOfBoth(this.#maker, front, this.#back)) {
      const window = { key, start, end, final: true }
      out.result(this.#folds.result(accumulators, window), end - 1)
      yield 1
    }
  }

  /** Lets go of what lies before the start of a window; where that cuts the growing run, its panes are merged anew from their end. */
  *#comeUpTo(start: number): Iterable<number> {
    while (this.#front.length > 0 && (this.#front.at(-1) as Suffix).pane < start) this.#front.pop()
    if (this.#front.length > 0 || (this.#backPanes[0] ?? start) >= start) return
    let run = new Run(this.#maker, 0)
    for (const pane of this.#backPanes.toReversed()) {
      if (pane < start) break
      run = merged(this.#maker, this.#runOf(pane), run)
      this.#front.push({ pane, run })
      yield run.size
    }
    this.#back = new Run(this.#maker, 0)
    this.#backPanes = []
  }

  /** The growing run takes in a pane. */
  #absorb(pane: number): void {
    const { layout, merge } = this.#maker
    const back = this.#back
    const extra = new Run(this.#maker, back.size === 0 ? 16 : 0)
    let row = 0
    for (const [key, accumulators] of this.#panes.entries(pane)) {
      const slot = this.#state.slot()
      row = back.seek(slot, row)
      if (row === back.size || back.slots[row] !== slot) extra.push(slot, key, accumulators)
      else layout.write(back.store, row, merge(layout.show(back.store, row), accumulators))
    }
    if (extra.size > 0) this.#back = back.size === 0 ? extra : merged(this.#maker, back, extra)
    this.#backPanes.push(pane)
  }

  #runOf(pane: number): Run {
    const run = new Run(this.#maker, Math.max(16, this.#back.size))
    for (const [key, accumulators] of this.#panes.entries(pane)) {
      run.push(this.#state.slot(), key, accumulators)
    }
    return run
  }

  /** Whether a pane that has a new record is part of what was merged; makes it so where it stands among such panes. */
  #takesLate(pane: number): boolean {
    const front = this.#front[0]
    if (front !== undefined && pane <= front.pane) {
      if (this.#front.some((suffix) => suffix.pane === pane)) return true
      const later = this.#front.filter((suffix) => suffix.pane > pane)
      const run = merged(this.#maker, new Run(this.#maker, 0), (later.at(-1) as Suffix).run)
      this.#front.splice(later.length, 0, { pane, run })
      return true
    }
    const last = this.#backPanes.at(-1)
    // What lies behind everything that was merged will be.
    if (last === undefined || pane > last) return false
    if (!this.#backPanes.includes(pane)) {
      this.#backPanes = [...this.#backPanes, pane].toSorted((a, b) => a - b)
    }
    return true
  }

  /** The record in hand came late for some windows: what was merged for the others is merged anew for its key. */
  #mend(key: Key | undefined): void {
    const slot = this.#state.slot()
    let later = this.#folds.create()
    for (const suffix of this.#front) {
      const own = this.#panes.find(suffix.pane)
      if (own !== undefined) later = this.#folds.merge(own, later)
      if (suffix.pane <= this.#from) suffix.run.put(slot, key, later)
    }
    if (this.#backPanes.length === 0) return
    let all = this.#folds.create()
    for (const pane of this.#backPanes) {
      const own = this.#panes.find(pane)
      if (own !== undefined) all = this.#folds.merge(all, own)
    }
    this.#back.put(slot, key, all)
  }

  /** Windows that a watermark has let go are over, also those that were empty. */
  #passed(watermark: number): void {
    if (watermark === Number.NEGATIVE_INFINITY) return
    this.#fired = Math.max(this.#fired, this.#plan.endBefore(watermark - this.#latenessMs))
  }

  #look(time: number, watermark: number): void {
    const plan = this.#plan
    this.#passed(watermark)
    this.#from = plan.panes.start(time)
    this.#to = plan.panes.next(time)
    this.#closes = plan.lastEnd(this.#from) + this.#latenessMs
    const end = plan.firstEnd(this.#from)
    const next = end > this.#fired ? end : plan.nextEnd(this.#fired)
    this.due = Math.min(this.due, next + this.#latenessMs)
  }
}
