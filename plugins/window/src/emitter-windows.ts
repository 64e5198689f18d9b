import type {
  Emission,
  Emissions,
  Emitter,
  EmitterMoment,
  Key,
  Span,
  SpansState,
  StateScope,
} from '@millrace/sdk'
import { WINDOW_EMITTER } from './errors.ts'
import type { Folds } from './folds.ts'
import type { At, Out, Windows } from './windows.ts'

/** What is kept of a key. */
interface Kept {
  memory: unknown
  /** The time that `wake` asked for, epoch ms. */
  wakes: number | undefined
}

/** What a hook may ask for; it is done when nothing of the hook can fail any more. */
class Moment implements EmitterMoment {
  readonly #canWake: boolean
  readonly #refuse: (problem: string, hint: string) => Error
  timestamp = 0
  watermark = 0
  /** No time that is asked for is earlier. */
  after = Number.NEGATIVE_INFINITY
  wakes: number | undefined
  isForgotten = false

  constructor(canWake: boolean, refuse: (problem: string, hint: string) => Error) {
    this.#canWake = canWake
    this.#refuse = refuse
  }

  begin(timestamp: number, watermark: number, after: number): void {
    this.timestamp = timestamp
    this.watermark = watermark
    this.after = after
    this.wakes = undefined
    this.isForgotten = false
  }

  wake(time: number): void {
    if (!this.#canWake) throw this.#refuse('asks to be woken, but has no onTime', 'Add onTime.')
    if (!Number.isFinite(time) || time <= this.after) {
      const problem = `asks to be woken at ${String(time)}`
      throw this.#refuse(
        problem,
        'Ask for an event time in ms, in onTime a later one than its own.',
      )
    }
    this.wakes = time
  }

  forget(): void {
    this.isForgotten = true
  }
}

/** Windows that an emitter makes of the records of a key. */
export class EmitterWindows implements Windows {
  readonly #name: string
  readonly #emitter: Emitter
  readonly #folds: Folds
  readonly #keys: SpansState<Kept>
  readonly #moment: Moment

  constructor(name: string, emitter: Emitter, folds: Folds, state: Pick<StateScope, 'spans'>) {
    this.#name = name
    this.#emitter = emitter
    this.#folds = folds
    for (const hook of ['begin', 'add', 'flush'] as const) {
      if (typeof emitter[hook] === 'function') continue
      throw this.#refuse(`has no ${hook}`, `Let its create return an object with ${hook}.`)
    }
    this.#moment = new Moment(emitter.onTime !== undefined, (problem, hint) =>
      this.#refuse(problem, hint),
    )
    this.#keys = state.spans('emitter', {
      create: () => ({ memory: emitter.begin(), wakes: undefined }),
      // There is one per key, so nothing is ever merged.
      merge: (a) => a,
    })
  }

  get due(): number {
    return this.#keys.size === 0 ? Number.POSITIVE_INFINITY : this.#keys.due
  }

  take(record: unknown, at: At, out: Out): void {
    // What an aggregate call refuses fails here, before the emitter has seen it.
    this.#folds.evaluate(record, at)
    const span = this.#keys.join(0, 1)
    this.#moment.begin(at.timestamp, at.watermark, Number.NEGATIVE_INFINITY)
    const given = this.#emitter.add(span.value.memory, record, this.#moment)
    const results = this.#fold(given, at.key)
    this.#settle(span)
    give(results, at.watermark, out)
  }

  *fire(watermark: number, before: number, out: Out): Iterator<number> {
    if (watermark === Number.POSITIVE_INFINITY) {
      for (const [key, span] of this.#keys.entries()) {
        const results = this.#fold(this.#emitter.flush(span.value.memory), key)
        span.release()
        give(results, before, out)
        yield 1
      }
      return
    }
    for (const [key, span] of this.#keys.ready(watermark)) {
      const { memory, wakes = watermark } = span.value
      span.value.wakes = undefined
      this.#moment.begin(wakes, watermark, wakes)
      const results = this.#fold(this.#emitter.onTime?.(memory, this.#moment), key)
      this.#settle(span)
      give(results, before, out)
      yield 1
    }
  }

  /** The results of windows; throws before anything of them is out. */
  #fold(given: Emissions, key: Key | undefined): readonly Result[] {
    if (given === undefined) return []
    const windows: readonly Emission[] = 'records' in given ? [given] : given
    return windows.map(({ end, records, start }) => {
      if (!Number.isFinite(start) || !(end > start) || !Array.isArray(records)) {
        const problem = `gives a window from ${String(start)} to ${String(end)}`
        throw this.#refuse(problem, 'Give start, a later end, both in ms, and a list of records.')
      }
      const accumulators = this.#folds.create()
      // All at one time: what goes by time keeps the order of the emitter.
      const at = { timestamp: start, key, watermark: start }
      for (const record of records) {
        this.#folds.evaluate(record, at)
        this.#folds.add(accumulators)
      }
      return { value: this.#folds.result(accumulators, { key, start, end, final: true }), end }
    })
  }

  /** Does what the last hook asked for. */
  #settle(span: Span<Kept>): void {
    const { isForgotten, wakes } = this.#moment
    if (isForgotten) span.release()
    else if (wakes !== undefined) {
      span.value.wakes = wakes
      span.wake(wakes)
    }
  }

  #refuse(problem: string, hint: string): Error {
    return WINDOW_EMITTER({ emitter: this.#name, problem, hint })
  }
}

function give(results: readonly Result[], watermark: number, out: Out): void {
  // Windows may end long before the watermark: their results are not late for what reads them.
  for (const { end, value } of results) out.result(value, Math.max(end - 1, watermark))
}

interface Result {
  readonly value: unknown
  readonly end: number
}
