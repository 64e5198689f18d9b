import type { Key, OrderedState, RecordContext, StageContext, StateScope } from '@millrace/sdk'
import type { JoinParameters } from './join-parameters.ts'
import { hasNull, type Joining, type JoiningOptions, lateRecord, NULL_KEY } from './joining.ts'
import { LEFT, type Reach, RIGHT, type Side } from './reach.ts'
import type { Results } from './results.ts'

type Kind = JoinParameters['kind']

/** A record of a side whose matches are noted. */
interface Noted {
  readonly record: unknown
  readonly isMatched: boolean
}

/** In the place of a record that nothing more can come of. */
const DONE: Noted = { record: null, isMatched: true }

const loneKinds: readonly (readonly Kind[])[] = [
  ['left', 'full', 'anti'],
  ['right', 'full'],
]

interface PairJoinOptions extends JoiningOptions {
  readonly kind: Kind
  readonly reach: Reach
  readonly results: Results
}

/**
 * Joins records of one key whose times reach each other. Each side is held as long as a record of the other one may come that
 * matches. A result comes with the later of its two records, that of a record without a match when none can come any more.
 */
export class PairJoin implements Joining {
  readonly #options: PairJoinOptions
  readonly #runs: readonly OrderedState<unknown>[]
  /** Sides whose records without a match come out. */
  readonly #lone: readonly boolean[]
  /** Sides whose matches are noted. */
  readonly #notes: readonly boolean[]
  /** Whether only the left comes out. */
  readonly #isHalf: boolean
  readonly lagMs: number

  constructor(options: PairJoinOptions, state: Pick<StateScope, 'ordered'>) {
    const { kind, latenessMs, reach } = options
    this.#options = options
    this.#runs = [state.ordered('left'), state.ordered('right')]
    this.#lone = loneKinds.map((kinds) => kinds.includes(kind))
    this.#isHalf = kind === 'semi' || kind === 'anti'
    this.#notes = [this.#lone[LEFT] === true || this.#isHalf, this.#lone[RIGHT] === true]
    const lags = [LEFT, RIGHT].map((side) => (this.#notes[side] ? reach.lagMs[side] : 0))
    this.lagMs = latenessMs + Math.max(reach.pairLagMs, ...(lags as number[]))
  }

  take(side: Side, record: unknown, context: RecordContext): void {
    const { keyNames, late, latenessMs, names, reach } = this.#options
    const { timestamp } = context
    if (reach.isLate(timestamp, context.watermark - latenessMs)) {
      const closes = reach.closes(timestamp) + latenessMs
      const window = reach.window(timestamp)
      late.emit(lateRecord(names[side], record, context, { closes, window }))
    } else if (hasNull(context.key, keyNames)) {
      if (this.#lone[side] === true) this.#give(side, record, context)
      else context.skip(NULL_KEY)
    } else if (this.#isHalf) this.#takeHalf(side, record, context)
    else this.#takePair(side, record, context)
  }

  release(watermark: number, context: StageContext): void {
    const { latenessMs, reach } = this.#options
    const mark = watermark - latenessMs
    for (const side of [LEFT, RIGHT] as const) {
      const run = this.#runs[side] as OrderedState<unknown>
      const kept = reach.keptFrom(side, mark)
      if (this.#lone[side] !== true) run.releaseBefore(kept)
      else run.releaseBefore(kept, (time, noted, key) => this.#end(side, time, noted, key, context))
    }
  }

  #takePair(side: Side, record: unknown, context: RecordContext): void {
    const { reach, results } = this.#options
    const { key, timestamp } = context
    const other = side === LEFT ? RIGHT : LEFT
    const run = this.#runs[other] as OrderedState<unknown>
    const isNoted = this.#notes[other] === true
    const window = reach.window(timestamp)
    let isMatched = false
    const matches = run.scan(reach.from(side, timestamp), reach.to(side, timestamp))
    while (matches.next()) {
      const { time, value: held } = matches
      isMatched = true
      const match = isNoted ? (held as Noted).record : held
      const at = { timestamp: Math.max(time, timestamp), key, window }
      const left = side === LEFT ? record : match
      context.emit(results.pair(left, side === LEFT ? match : record, at), at)
      if (isNoted && !(held as Noted).isMatched) {
        run.replace(time, held, { record: match, isMatched: true })
      }
    }
    const noted: Noted | undefined = this.#notes[side] ? { record, isMatched } : undefined
    this.#runs[side]?.add(timestamp, noted ?? record)
  }

  #takeHalf(side: Side, record: unknown, context: RecordContext): void {
    const { kind, reach, results } = this.#options
    const { key, timestamp } = context
    const run = this.#runs[side === LEFT ? RIGHT : LEFT] as OrderedState<unknown>
    const matches = run.scan(reach.from(side, timestamp), reach.to(side, timestamp))
    if (side === RIGHT) {
      while (matches.next()) {
        const { time } = matches
        const noted = matches.value as Noted
        if (noted.isMatched) continue
        if (kind === 'semi') context.emit(noted.record, { timestamp: time })
        run.replace(time, noted, DONE)
      }
      // Only that it was there counts.
      this.#runs[RIGHT]?.add(timestamp, null)
      return
    }
    const result = results.left(record, { timestamp, key, window: reach.window(timestamp) })
    const isMatched = matches.next()
    if (isMatched && kind === 'semi') context.emit(result)
    if (!isMatched) this.#runs[LEFT]?.add(timestamp, { record: result, isMatched: false })
  }

  /** The result of a record that is certain to have no match. */
  #give(side: Side, record: unknown, context: RecordContext): void {
    const { reach, results } = this.#options
    const { key, timestamp } = context
    const at = { timestamp, key, window: reach.window(timestamp) }
    context.emit(this.#isHalf ? results.left(record, at) : results.lone(side, record, at))
  }

  #end(
    side: Side,
    timestamp: number,
    held: unknown,
    key: Key | undefined,
    context: StageContext,
  ): void {
    const { names, reach, results } = this.#options
    const { isMatched, record } = held as Noted
    if (isMatched) return
    const at = { timestamp, key, window: reach.window(timestamp) }
    try {
      context.emit(this.#isHalf ? record : results.lone(side, record, at), at)
    } catch (error) {
      context.fail({ record, timestamp, input: names[side] }, error)
    }
  }
}
