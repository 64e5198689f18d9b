import type { HeldRecord, Key, OutputHandle, StageContext, TimerService } from '@millrace/sdk'
import type { ExpressionScope, OrderedState, StateScope, ValueState } from '@millrace/sdk'
import { isMillraceError } from '@millrace/base'
import { type Attempt, nothingOpen, type Progress } from './attempt.ts'
import type { At } from './condition.ts'
import { deadlineOf, expire } from './expire.ts'
import type { PatternParameters } from './pattern-parameters.ts'
import { compilePlan, type Plan, repeatedOf, stepNames } from './plan.ts'
import { compileSelect, newResult, type Select } from './select.ts'
import { takeRecord } from './take-record.ts'

/** A record that event time has not passed yet. */
interface Held {
  readonly record: unknown
  readonly mask: number
}

type Result = Readonly<Record<string, unknown>>

/** What hooks bring along. */
type Hook = Pick<StageContext, 'emit' | 'fail'>

/** Where a matcher keeps what it knows, and where it says what it found. */
export interface MatcherScope {
  readonly parameters: PatternParameters
  readonly expressions: ExpressionScope
  readonly state: StateScope
  readonly timers: TimerService
  readonly timeouts: OutputHandle | undefined
  readonly input: string
}

/** Holds the records of each key until event time has passed them, then lets the partial matches of the key have them, in order. */
export class Matcher {
  readonly plan: Plan
  readonly #scope: MatcherScope
  readonly #held: OrderedState<Held>
  readonly #progress: ValueState<Progress>
  readonly #select: Select
  readonly #timedOut: Select
  readonly #at: At

  constructor(scope: MatcherScope) {
    const { expressions, parameters, state } = scope
    this.#scope = scope
    this.plan = compilePlan(parameters, expressions)
    this.#held = state.ordered('held')
    this.#progress = state.value('partial', { initial: () => nothingOpen })
    const names = stepNames(parameters)
    const around = { names, isRepeated: repeatedOf(parameters), expressions }
    this.#select = compileSelect(parameters.select, around)
    this.#timedOut = compileSelect(parameters.timeouts ?? {}, around)
    this.#at = { timestamp: 0, key: undefined, names: names.map(() => null) }
  }

  /** Holds a record of the key in hand. Throws EXP_*. */
  hold(
    record: unknown,
    context: { readonly timestamp: number; readonly key: Key | undefined },
  ): void {
    const mask = this.plan.mask(record, context)
    if (mask !== 0 || this.plan.seesAll) this.#held.add(context.timestamp, { record, mask })
  }

  /** Event time has come to `until`: looks at all records before it, of all keys. */
  advance(until: number, hook: Hook): void {
    this.#held.releaseBefore(until, (time, held, key) => {
      let progress = this.#progress.get()
      if (progress.open.length > 0) progress = this.#end(progress, time, key, hook)
      else if ((held.mask & this.plan.beginning) === 0) return
      progress = this.#take(progress, time, held, key, hook)
      // A key of which nothing more comes now would learn only with the next move that its time is over.
      const isOver = deadlineOf(this.plan, progress) <= until
      if (isOver && this.#isLast(time, held, until)) this.#end(progress, until, key, hook)
    })
  }

  /** The time of the key in hand is over for what began long enough before `until`. */
  close(until: number, key: Key | undefined, hook: Hook): void {
    this.#end(this.#progress.get(), until, key, hook)
  }

  #take(
    before: Progress,
    time: number,
    { mask, record }: Held,
    key: Key | undefined,
    hook: Hook,
  ): Progress {
    const at = this.#atTime(time, key)
    try {
      const { matches, progress } = takeRecord(this.plan, before, { record, mask, time }, at)
      const results = matches.map((match) => this.#match(match, time, key))
      this.#keep(before, progress)
      for (const result of results) hook.emit(result, { timestamp: time })
      return progress
    } catch (error) {
      this.#fail({ record, timestamp: time, input: this.#scope.input }, error, hook)
      return before
    }
  }

  #end(before: Progress, until: number, key: Key | undefined, hook: Hook): Progress {
    const { ends, progress } = expire(this.plan, before, until)
    if (progress === before) return before
    this.#keep(before, progress)
    for (const { attempt, isMatch } of ends) {
      const timestamp = attempt.start + this.plan.withinMs
      try {
        if (isMatch) hook.emit(this.#match(attempt, timestamp, key), { timestamp })
        else this.#timeOut(attempt, timestamp, key)
      } catch (error) {
        const record = attempt.rows.at(-1)?.at(-1)
        this.#fail({ record, timestamp: attempt.lastTime, input: this.#scope.input }, error, hook)
      }
    }
    return progress
  }

  #match(attempt: Attempt, timestamp: number, key: Key | undefined): Result {
    const value = newResult(key, attempt.start, timestamp)
    this.#select(value, attempt.rows, this.#atTime(timestamp, key))
    return value
  }

  #timeOut(attempt: Attempt, timestamp: number, key: Key | undefined): void {
    const { timeouts } = this.#scope
    if (timeouts === undefined) return
    const value = newResult(key, attempt.start, timestamp)
    value['waitedFor'] = this.#waitedFor(attempt)
    this.#timedOut(value, attempt.rows, this.#atTime(timestamp, key))
    timeouts.emit(value, { timestamp })
  }

  /** The step that an attempt has too few records for. */
  #waitedFor({ rows, step }: Attempt): string | undefined {
    const { steps } = this.plan
    const isShort = (rows[step] ?? []).length < (steps[step]?.least ?? 0)
    return steps[isShort ? step : step + 1]?.name
  }

  /** Nothing but an error of a record is one: the rest is a fault of ours. */
  #fail(held: HeldRecord, error: unknown, hook: Hook): void {
    if (!isMillraceError(error)) throw error
    hook.fail(held, error)
  }

  /** Keeps what is open, with one timer for the earliest of it. */
  #keep(before: Progress, after: Progress): void {
    if (after === before) return
    const { timers } = this.#scope
    const was = deadlineOf(this.plan, before)
    const is = deadlineOf(this.plan, after)
    if (was !== is) {
      if (was < Number.POSITIVE_INFINITY) timers.delete(was)
      if (is < Number.POSITIVE_INFINITY) timers.set(is)
    }
    if (after.open.length === 0) this.#progress.clear()
    else this.#progress.set(after)
  }

  /** Whether a record is the last of its key before `until`. */
  #isLast(time: number, held: Held, until: number): boolean {
    let isBehind = false
    for (const [, other] of this.#held.range(time, until)) {
      if (isBehind) return false
      isBehind = other === held
    }
    return true
  }

  #atTime(timestamp: number, key: Key | undefined): At {
    this.#at.timestamp = timestamp
    this.#at.key = key
    return this.#at
  }
}
