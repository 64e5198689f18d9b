import type { Key, NumbersState, ObjectState, StateScope } from '@millrace/sdk'
import type { AggregateSet } from './aggregate-set.ts'

/** Event times of a group. */
interface Times {
  /** Largest of its records. */
  latest: number
  /** Smallest among the records since it was last handed out; Infinity for none. */
  changedSince: number
}

/** The groups of one aggregate, in the order in which their keys were first seen. */
export class Groups {
  readonly #set: AggregateSet
  readonly #times: NumbersState<Times>
  readonly #states: readonly (NumbersState<object> | ObjectState<unknown>)[]
  /** Those of the key in hand. */
  readonly #accumulators: unknown[] = []

  constructor(set: AggregateSet, state: StateScope) {
    this.#set = set
    this.#times = state.numbers('times', {
      create: () => ({ latest: -Infinity, changedSince: Infinity }),
    })
    this.#states = set.parts.map(({ name, create }) =>
      isNumbers(create())
        ? state.numbers(`value ${name}`, { create: create as () => Record<string, number> })
        : state.object(`value ${name}`, { create }),
    )
  }

  /** Takes the record in hand into the group of its key. Throws coded errors before anything has changed, or not at all. */
  add(record: unknown, at: { readonly timestamp: number; readonly key: Key | undefined }): void {
    this.#set.evaluate(record, at)
    this.#set.add(this.#take())
    const times = this.#times.get()
    if (at.timestamp > times.latest) times.latest = at.timestamp
    if (at.timestamp < times.changedSince) times.changedSince = at.timestamp
  }

  /** Whether there is no group yet. */
  get isEmpty(): boolean {
    for (const _ of this.#times.entries()) return false
    return true
  }

  /** Hands out the groups with changes before `time`, once per change, each with its largest event time. */
  *changedBefore(time: number): Iterable<{ result: Record<string, unknown>; latest: number }> {
    for (const [key, times] of this.#times.entries()) {
      if (times.changedSince >= time) continue
      times.changedSince = Infinity
      const { latest } = times
      yield { result: this.result(key), latest }
    }
  }

  /** The key fields and the named values of the group in hand. */
  result(key: Key | undefined): Record<string, unknown> {
    const record: Record<string, unknown> = { ...key }
    this.#set.results(this.#take(), record)
    return record
  }

  /** The result of no records at all. */
  empty(): Record<string, unknown> {
    const record = {}
    this.#set.results(this.#set.create(), record)
    return record
  }

  #take(): readonly unknown[] {
    for (let index = 0; index < this.#states.length; index++) {
      this.#accumulators[index] = this.#states[index]?.get()
    }
    return this.#accumulators
  }
}

/** Accumulators of nothing but numbers are held as rows of them. */
function isNumbers(accumulator: unknown): boolean {
  if (typeof accumulator !== 'object' || accumulator === null) return false
  if (Object.getPrototypeOf(accumulator) !== Object.prototype) return false
  const values = Object.values(accumulator)
  return values.length > 0 && values.every((value) => typeof value === 'number')
}
