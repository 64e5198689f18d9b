import type { Key, NumbersState, ObjectState, StateScope } from '@millrace/sdk'
import type { AggregateSet } from './aggregate-set.ts'
import type { PartialGroup } from './combiner.ts'
import { isNumbers } from './is-numbers.ts'

/** What is known of a group beside its values. */
interface Progress {
  /** Largest event time of its records. */
  latest: number
  /** Smallest among the records since it was last handed out; Infinity for none. */
  changedSince: number
  /** Results so far. */
  revision: number
}

/** A group as it is handed out, with its largest event time. */
interface Given {
  readonly result: Record<string, unknown>
  readonly latest: number
}

/** The groups of one aggregate, in the order in which their keys were first seen. */
export class Groups {
  readonly #set: AggregateSet
  /** Whether groups give more than one result: these say which they are. */
  readonly #counted: boolean
  readonly #progress: NumbersState<Progress>
  readonly #states: readonly (NumbersState<object> | ObjectState<unknown>)[]
  /** Those of the key in hand. */
  readonly #accumulators: unknown[] = []

  constructor(set: AggregateSet, counted: boolean, state: StateScope) {
    this.#set = set
    this.#counted = counted
    this.#progress = state.numbers('progress', {
      create: () => ({ latest: -Infinity, changedSince: Infinity, revision: 0 }),
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
    const progress = this.#progress.get()
    if (at.timestamp > progress.latest) progress.latest = at.timestamp
    if (at.timestamp < progress.changedSince) progress.changedSince = at.timestamp
  }

  /** Takes what was folded together elsewhere into the group of the key in hand. */
  absorb({ latest, values }: PartialGroup): void {
    this.#set.absorb(this.#take(), values)
    const progress = this.#progress.get()
    if (latest > progress.latest) progress.latest = latest
  }

  /** Whether there is no group yet. */
  get isEmpty(): boolean {
    for (const _ of this.#progress.entries()) return false
    return true
  }

  /** Hands out the groups with changes before `time`, once per change. */
  *changedBefore(time: number): Iterable<Given> {
    for (const [key, progress] of this.#progress.entries()) {
      if (progress.changedSince >= time) continue
      progress.changedSince = Infinity
      const { latest } = progress
      yield { result: this.result(key, false), latest }
    }
  }

  /** Hands out all groups, each for the last time, and keeps none. */
  *last(): Iterable<Given> {
    for (const [key, { latest }] of this.#progress.entries()) {
      const result = this.result(key, true)
      this.#progress.clear()
      for (const state of this.#states) state.clear()
      yield { result, latest }
    }
  }

  /** The next result of the group in hand: the key fields and the named values. `final`: it is the last one. */
  result(key: Key | undefined, final: boolean): Record<string, unknown> {
    const record: Record<string, unknown> = { ...key }
    this.#set.results(this.#take(), record)
    if (!this.#counted) return record
    record['revision'] = this.#progress.get().revision++
    record['final'] = final
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
