import type { Key } from '@millrace/sdk'
import type { AggregateSet } from './aggregate-set.ts'

/** What is kept per key. */
export interface Group {
  readonly key: Key | undefined
  readonly accumulators: unknown[]
  /** Largest event time of its records. */
  timestamp: number
  /** Whether it waits in `takeChanged`. */
  changed: boolean
}

/** The groups of one aggregate, in the order in which their keys were first seen. */
export class Groups {
  readonly #set: AggregateSet
  /** Keys are one object per key, so they are found by identity. */
  readonly #groups = new Map<Key | undefined, Group>()
  #changed: Group[] = []
  /** Smallest event time seen; Infinity before the first record. */
  earliest = Infinity

  constructor(set: AggregateSet) {
    this.#set = set
  }

  /** Takes one record in. Throws before anything has changed, or not at all. */
  add(record: unknown, at: { readonly timestamp: number; readonly key: Key | undefined }): Group {
    this.#set.evaluate(record, at)
    const group = this.#groups.get(at.key) ?? this.#create(at.key)
    this.#set.add(group.accumulators)
    if (at.timestamp > group.timestamp) group.timestamp = at.timestamp
    if (at.timestamp < this.earliest) this.earliest = at.timestamp
    if (!group.changed) {
      group.changed = true
      this.#changed.push(group)
    }
    return group
  }

  /** Every group; with none and no keys, the one of all records that never came. */
  all(keyless: boolean): Iterable<Group> {
    if (keyless && this.#groups.size === 0) this.#create(undefined)
    return this.#groups.values()
  }

  /** The groups that changed since the last call, in the order of their first change. */
  takeChanged(): readonly Group[] {
    const changed = this.#changed
    this.#changed = []
    for (const group of changed) group.changed = false
    return changed
  }

  /** The key fields and the named values. */
  result(group: Group): Record<string, unknown> {
    const record: Record<string, unknown> = { ...group.key }
    this.#set.results(group.accumulators, record)
    return record
  }

  #create(key: Key | undefined): Group {
    const accumulators = this.#set.create()
    const group = { key, accumulators, timestamp: -Infinity, changed: false }
    this.#groups.set(key, group)
    return group
  }
}
