import type { Key, ObjectState, StateScope } from '@millrace/sdk'
import type { AggregateSet } from './aggregate-set.ts'

/** What is kept per key. */
export interface Group {
  readonly accumulators: unknown[]
  /** Largest event time of its records. */
  timestamp: number
  /** Smallest event time among the records since it was last handed out; Infinity for none. */
  changedSince: number
}

/** The groups of one aggregate, in the order in which their keys were first seen. */
export class Groups {
  readonly #set: AggregateSet
  readonly #state: ObjectState<Group>

  constructor(set: AggregateSet, state: StateScope) {
    this.#set = set
    this.#state = state.object('groups', {
      create: () => ({
        accumulators: set.create(),
        timestamp: -Infinity,
        changedSince: Infinity,
      }),
    })
  }

  /** Takes the record in hand into the group of its key. Throws coded errors before anything has changed, or not at all. */
  add(record: unknown, at: { readonly timestamp: number; readonly key: Key | undefined }): Group {
    this.#set.evaluate(record, at)
    const group = this.#state.get()
    this.#set.add(group.accumulators)
    if (at.timestamp > group.timestamp) group.timestamp = at.timestamp
    if (at.timestamp < group.changedSince) group.changedSince = at.timestamp
    return group
  }

  /** Every group with its key. */
  entries(): Iterable<readonly [Key | undefined, Group]> {
    return this.#state.entries()
  }

  /** The key fields and the named values. */
  result(key: Key | undefined, accumulators: readonly unknown[]): Record<string, unknown> {
    const record: Record<string, unknown> = { ...key }
    this.#set.results(accumulators, record)
    return record
  }

  /** The result of no records at all. */
  empty(): Record<string, unknown> {
    return this.result(undefined, this.#set.create())
  }
}
