import type { AggregateSet, PartialGroup } from '@millrace/aggregate'
import type { Key } from '@millrace/sdk'
import type { At } from './windows.ts'

/** What a window remembers beside its values, where it gives more than one result. */
export interface Progress {
  /** Results so far. */
  revision: number
  /** Records since the last result; with `onTime` 1 once the result of its end is out. */
  changed: number
}

/** The accumulators of a window: one per value, then its progress where it gives more than one result. */
export type Accumulators = unknown[]

/** Where a window is and whose. */
export interface WindowOf {
  readonly key: Key | undefined
  readonly start: number | null
  readonly end: number | null
  /** Whether this is its last result. */
  readonly final: boolean
  /** Starts of windows that this one has taken in, and whose results it replaces. */
  readonly replaces?: readonly number[] | undefined
}

/** Folds records into the accumulators of windows, and makes results of them. */
export class Folds {
  /** Given: what was folded together elsewhere comes in the place of the record in hand. */
  partial: PartialGroup | undefined
  readonly #set: AggregateSet
  /** Whether windows give more than one result: these say which they are. */
  readonly #counted: boolean
  readonly #places: number

  constructor(set: AggregateSet, counted: boolean) {
    this.#set = set
    this.#counted = counted
    this.#places = set.names.length
  }

  readonly create = (): Accumulators => {
    if (!this.#counted) return this.#set.create()
    const progress: Progress = { revision: 0, changed: 0 }
    return [...this.#set.create(), progress]
  }

  readonly merge = (a: Accumulators, b: Accumulators): Accumulators => {
    if (!this.#counted) return this.#set.merge(a, b)
    const [first, second] = [this.progress(a), this.progress(b)]
    const progress: Progress = {
      revision: Math.max(first.revision, second.revision),
      changed: first.changed + second.changed,
    }
    return [...this.#set.merge(a, b), progress]
  }

  /** Evaluates all that can throw. */
  evaluate(record: unknown, at: At): void {
    if (this.partial === undefined) this.#set.evaluate(record, at)
  }

  /** Adds the record that was evaluated last. */
  add(accumulators: Accumulators): void {
    if (this.partial === undefined) this.#set.add(accumulators)
    else this.#set.absorb(accumulators, this.partial.values)
  }

  progress(accumulators: Accumulators): Progress {
    return accumulators[this.#places] as Progress
  }

  /** The next result of a window. */
  result(
    accumulators: Accumulators,
    { key, start, end, final, replaces }: WindowOf,
  ): Record<string, unknown> {
    const record: Record<string, unknown> = { ...key, windowStart: start, windowEnd: end }
    this.#set.results(accumulators, record)
    if (!this.#counted) return record
    const progress = this.progress(accumulators)
    record['revision'] = progress.revision++
    record['final'] = final
    if (replaces !== undefined && replaces.length > 0) record['replaces'] = replaces
    return record
  }
}
