import type { Key, Span, SpansState, StateScope } from '@millrace/sdk'
import { type Emit, nextMultiple, passesMultiple } from './emit.ts'
import type { Accumulators, Folds } from './folds.ts'
import type { At, Out, Windows } from './windows.ts'

/** What a count window knows of its records. */
interface Extent {
  count: number
  first: number
  last: number
}

type Counted = [...Accumulators, Extent]

/**
 * One window per key at a time, whatever the event time: of `size` records, or of all there are. One that is not full when
 * event time has come `maxWaitMs` past its first record, or when the input is over, gives what it has.
 */
export class CountWindows implements Windows {
  readonly #size: number
  readonly #maxWaitMs: number
  readonly #isGlobal: boolean
  readonly #folds: Folds
  readonly #emit: Emit
  readonly #windows: SpansState<Counted>
  #nextMultiple = -Number.MAX_VALUE

  constructor({ emit, folds, maxWaitMs, size }: CountOptions, state: Pick<StateScope, 'spans'>) {
    this.#size = size ?? Number.POSITIVE_INFINITY
    this.#maxWaitMs = maxWaitMs
    this.#isGlobal = size === undefined
    this.#folds = folds
    this.#emit = emit
    const create = (): Counted => [
      ...folds.create(),
      { count: 0, first: Infinity, last: -Infinity },
    ]
    // There is one per key, so nothing is ever merged.
    this.#windows = state.spans('windows', { create, merge: (a) => a })
  }

  get due(): number {
    if (this.#windows.size === 0) return Number.POSITIVE_INFINITY
    const { due } = this.#windows
    return this.#emit.kind === 'every' ? Math.min(due, this.#nextMultiple) : due
  }

  take(record: unknown, at: At, out: Out): void {
    this.#folds.evaluate(record, at)
    const window = this.#windows.join(0, 1)
    const accumulators = window.value
    this.#folds.add(accumulators)
    const extent = extentOf(accumulators)
    if (extent.count++ === 0) window.wake(at.timestamp + this.#maxWaitMs)
    if (at.timestamp < extent.first) extent.first = at.timestamp
    if (at.timestamp > extent.last) extent.last = at.timestamp
    if (extent.count >= this.#size) this.#end(at.key, window, at.watermark, out)
    else if (this.#emit.kind !== 'final' && this.#emitsNow(accumulators)) {
      this.#give(at.key, window, { final: false, watermark: at.watermark }, out)
    }
  }

  *fire(watermark: number, before: number, out: Out): Iterator<number> {
    for (const [key, window] of this.#windows.ready(watermark)) {
      this.#end(key, window, before, out)
      yield 1
    }
    if (watermark === Number.POSITIVE_INFINITY) {
      for (const [key, window] of this.#windows.entries()) {
        this.#end(key, window, before, out)
        yield 1
      }
    }
    const emit = this.#emit
    if (emit.kind !== 'every') return
    if (passesMultiple(before, watermark, emit.ms)) yield* this.#giveChanged(before, out)
    this.#nextMultiple = nextMultiple(watermark, emit.ms)
  }

  #end(key: Key | undefined, window: Span<Counted>, watermark: number, out: Out): void {
    this.#give(key, window, { final: true, watermark }, out)
    window.release()
  }

  #emitsNow(accumulators: Counted): boolean {
    const emit = this.#emit
    if (emit.kind === 'update') return true
    const progress = this.#folds.progress(accumulators)
    progress.changed++
    if (emit.kind !== 'records' || progress.changed < emit.count) return false
    progress.changed = 0
    return true
  }

  *#giveChanged(watermark: number, out: Out): Iterable<number> {
    for (const [key, window] of this.#windows.entries()) {
      const progress = this.#folds.progress(window.value)
      if (progress.changed === 0) continue
      progress.changed = 0
      this.#give(key, window, { final: false, watermark }, out)
      yield 1
    }
  }

  #give(
    key: Key | undefined,
    { value }: Span<Counted>,
    { final, watermark }: { readonly final: boolean; readonly watermark: number },
    out: Out,
  ): void {
    const { first, last } = extentOf(value)
    const start = this.#isGlobal ? null : first
    const end = this.#isGlobal ? null : last + 1
    // The window may have been open for longer than the watermark waits: its result is not late for what reads it.
    const time = Math.max(last, watermark)
    out.result(this.#folds.result(value, { key, start, end, final }), time)
  }
}

function extentOf(accumulators: Counted): Extent {
  return accumulators.at(-1) as Extent
}

/** What windows of records are made of. */
export interface CountOptions {
  /** Records of a window; undefined: one window for all. */
  readonly size: number | undefined
  readonly maxWaitMs: number
  readonly folds: Folds
  readonly emit: Emit
}
