import type { Key, Span, SpansState, StateScope } from '@millrace/sdk'
import { type Emit, nextMultiple, passesMultiple } from './emit.ts'
import type { Accumulators, Folds } from './folds.ts'
import { tooLate } from './too-late.ts'
import type { At, Out, Windows } from './windows.ts'

const nothing: readonly number[] = []

/**
 * A window per key from a first record to `gapMs` after the last: a record exactly at its end starts a new one, one that
 * bridges two makes them one. A session is known by its start; one that takes in others, or starts earlier than before, names
 * the starts it replaces.
 */
export class SessionWindows implements Windows {
  readonly #gapMs: number
  readonly #latenessMs: number
  readonly #folds: Folds
  readonly #emit: Emit
  readonly #spans: SpansState<Accumulators>
  #nextMultiple = -Number.MAX_VALUE

  constructor(
    { emit, folds, gapMs, latenessMs }: SessionOptions,
    state: Pick<StateScope, 'spans'>,
  ) {
    this.#gapMs = gapMs
    this.#latenessMs = latenessMs
    this.#folds = folds
    this.#emit = emit
    this.#spans = state.spans('sessions', { create: folds.create, merge: folds.merge })
  }

  get due(): number {
    const { due } = this.#spans
    if (this.#emit.kind !== 'every' || this.#spans.size === 0) return due
    return Math.min(due, this.#nextMultiple)
  }

  take(record: unknown, at: At, out: Out): void {
    const { timestamp, watermark } = at
    const end = timestamp + this.#gapMs
    if (watermark >= end + this.#latenessMs && this.#isAlone(timestamp, end)) {
      out.late(tooLate(record, at, { start: timestamp, end }, this.#latenessMs))
      return
    }
    this.#folds.evaluate(record, at)
    const known = this.#emit.kind === 'final' ? nothing : this.#startsGiven(timestamp, end)
    const span = this.#spans.join(timestamp, end)
    const accumulators = span.value
    this.#folds.add(accumulators)
    const isOver = this.#emit.kind === 'onTime' && watermark < span.end
    span.wake(isOver ? span.end : span.end + this.#latenessMs)
    if (this.#emit.kind === 'final') return
    const replaces = known.filter((start) => start !== span.start)
    if (this.#emitsNow(accumulators, span.end, watermark) || replaces.length > 0) {
      this.#give(at.key, span, false, out, replaces)
    }
  }

  *fire(watermark: number, before: number, out: Out): Iterator<number> {
    const emit = this.#emit
    for (const [key, span] of this.#spans.ready(watermark)) {
      const isOnTime = emit.kind === 'onTime' && this.#latenessMs > 0
      const progress = isOnTime ? this.#folds.progress(span.value) : undefined
      if (progress?.changed === 0) {
        this.#give(key, span, false, out)
        progress.changed = 1
        span.wake(span.end + this.#latenessMs)
      } else {
        this.#give(key, span, true, out)
        span.release()
      }
      yield 1
    }
    if (emit.kind !== 'every') return
    if (passesMultiple(before, watermark, emit.ms)) yield* this.#giveChanged(out)
    this.#nextMultiple = nextMultiple(watermark, emit.ms)
  }

  #isAlone(start: number, end: number): boolean {
    for (const _ of this.#spans.find(start, end)) return false
    return true
  }

  /** Starts under which results of sessions were given that a record joins. */
  #startsGiven(start: number, end: number): readonly number[] {
    const starts: number[] = []
    for (const span of this.#spans.find(start, end)) {
      if (this.#folds.progress(span.value).revision > 0) starts.push(span.start)
    }
    return starts
  }

  #emitsNow(accumulators: Accumulators, end: number, watermark: number): boolean {
    const emit = this.#emit
    const progress = this.#folds.progress(accumulators)
    if (emit.kind === 'update') return true
    if (emit.kind === 'onTime') {
      progress.changed = watermark >= end ? 1 : 0
      return progress.changed === 1
    }
    progress.changed++
    if (emit.kind !== 'records' || progress.changed < emit.count) return false
    progress.changed = 0
    return true
  }

  *#giveChanged(out: Out): Iterable<number> {
    for (const [key, span] of this.#spans.entries()) {
      const progress = this.#folds.progress(span.value)
      if (progress.changed === 0) continue
      progress.changed = 0
      this.#give(key, span, false, out)
      yield 1
    }
  }

  #give(
    key: Key | undefined,
    { start, end, value }: Span<Accumulators>,
    final: boolean,
    out: Out,
    replaces: readonly number[] = nothing,
  ): void {
    out.result(this.#folds.result(value, { key, start, end, final, replaces }), end - 1)
  }
}

/** What session windows are made of. */
export interface SessionOptions {
  readonly gapMs: number
  readonly latenessMs: number
  readonly folds: Folds
  readonly emit: Emit
}
