import type { OrderedState, StateScope, ValueState } from '@millrace/sdk'

/** A record and its time, epoch ms. */
export type Version = readonly [time: number, record: unknown]

/** The latest record of each key behind the watermark. */
export interface Latest {
  get(): Version | undefined
  set(time: number, record: unknown): void
  /** Lets go of those before `time`. */
  releaseBefore(time: number): void
}

/** Those of a table: they stay. */
export class LastingLatest implements Latest {
  readonly #value: ValueState<Version | undefined>

  constructor(state: Pick<StateScope, 'value'>) {
    this.#value = state.value('latest', { initial: () => undefined })
  }

  get(): Version | undefined {
    return this.#value.get()
  }

  set(time: number, record: unknown): void {
    this.#value.set([time, record])
  }

  releaseBefore(): void {
    // A table has no end.
  }
}

/** Those that are of use for a while. */
export class AgingLatest implements Latest {
  readonly #run: OrderedState<unknown>

  constructor(state: Pick<StateScope, 'ordered'>) {
    this.#run = state.ordered('latest')
  }

  get(): Version | undefined {
    return this.#run.first()
  }

  set(time: number, record: unknown): void {
    this.#run.clear()
    this.#run.add(time, record)
  }

  releaseBefore(time: number): void {
    this.#run.releaseBefore(time)
  }
}
