import type { Key, OrderedState, RecordContext, StageContext, StateScope } from '@millrace/sdk'
import type { JoinParameters } from './join-parameters.ts'
import { hasNull, type Joining, type JoiningOptions, lateRecord, NULL_KEY } from './joining.ts'
import { AgingLatest, LastingLatest, type Latest } from './latest.ts'
import { LEFT, RIGHT, type Side } from './reach.ts'
import type { Results } from './results.ts'

interface LookupJoinOptions extends JoiningOptions {
  readonly kind: JoinParameters['kind']
  /** How much earlier than the left one the right one may be, ms. */
  readonly withinMs: number
  readonly results: Results
}

/**
 * Finds for each record of the left the latest record of its key on the right, at the same time or earlier. It waits with it
 * until none can come that is nearer. Of the right it keeps those ahead of the watermark, and of each key the latest behind it.
 */
export class LookupJoin implements Joining {
  readonly #options: LookupJoinOptions
  readonly #waiting: OrderedState<unknown>
  readonly #ahead: OrderedState<unknown>
  readonly #latest: Latest
  readonly lagMs: number

  constructor(options: LookupJoinOptions, state: Pick<StateScope, 'ordered' | 'value'>) {
    this.#options = options
    this.#waiting = state.ordered('left')
    this.#ahead = state.ordered('right')
    this.#latest = Number.isFinite(options.withinMs)
      ? new AgingLatest(state)
      : new LastingLatest(state)
    this.lagMs = options.latenessMs
  }

  take(side: Side, record: unknown, context: RecordContext): void {
    const { keyNames, kind, latenessMs, late, names, results } = this.#options
    const { key, timestamp } = context
    const mark = context.watermark - latenessMs
    const isLate = timestamp < mark
    if (hasNull(key, keyNames) && !(isLate && side === LEFT)) {
      const at = { timestamp, key, window: undefined }
      if (side === RIGHT || kind === 'inner' || kind === 'semi') context.skip(NULL_KEY)
      else context.emit(kind === 'anti' ? results.left(record, at) : results.lone(LEFT, record, at))
    } else if (!isLate) {
      const run = side === LEFT ? this.#waiting : this.#ahead
      run.add(timestamp, record)
    } else if (side === RIGHT && this.#isNews(timestamp, mark)) {
      this.#latest.set(timestamp, record)
    } else {
      const closes = timestamp + latenessMs
      late.emit(lateRecord(names[side], record, context, { closes, window: undefined }))
    }
  }

  release(watermark: number, context: StageContext): void {
    const { latenessMs, withinMs } = this.#options
    const mark = watermark - latenessMs
    this.#waiting.releaseBefore(mark, (time, record, key) => this.#give(time, record, key, context))
    this.#ahead.releaseBefore(mark, (time, record) => this.#latest.set(time, record))
    this.#latest.releaseBefore(mark - withinMs)
  }

  /** Whether a version behind the watermark still holds for records that are to come. */
  #isNews(time: number, mark: number): boolean {
    const latest = this.#latest.get()
    const isNewer = latest === undefined || time >= latest[0]
    return isNewer && mark - time <= this.#options.withinMs
  }

  #give(timestamp: number, record: unknown, key: Key | undefined, context: StageContext): void {
    const { kind, names, results, withinMs } = this.#options
    const at = { timestamp, key, window: undefined }
    const version = this.#ahead.last(timestamp) ?? this.#latest.get()
    const isFound = version !== undefined && timestamp - version[0] <= withinMs
    if (isFound ? kind === 'anti' : kind === 'inner' || kind === 'semi') return
    try {
      const result =
        kind === 'semi' || kind === 'anti'
          ? results.left(record, at)
          : results.pair(record, isFound ? version[1] : null, at)
      context.emit(result, at)
    } catch (error) {
      context.fail({ record, timestamp, input: names[LEFT] }, error)
    }
  }
}
