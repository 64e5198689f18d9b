import type { Batch, SinkFactory } from '@millrace/sdk'

/** Carries results from a job to whoever iterates over it; the job waits while nobody reads. */
export class ResultChannel<T> implements AsyncIterableIterator<T, undefined> {
  readonly factory: SinkFactory
  readonly #onReturn: () => void
  #batch: Batch | undefined
  #index = 0
  #taken: (() => void) | undefined
  #waiting:
    | { resolve: (result: IteratorResult<T, undefined>) => void; reject: (error: unknown) => void }
    | undefined
  #closed = false
  #error: unknown

  /** `onReturn` is called when the reader leaves early. */
  constructor(onReturn: () => void) {
    this.#onReturn = onReturn
    this.factory = {
      traits: { name: 'results', guarantee: 'Each result is handed over once, in order.' },
      create: () => ({ untimed: true, write: (batch) => this.#write(batch) }),
      dispose: () => undefined,
    }
  }

  #write(batch: Batch): void | Promise<void> {
    if (this.#closed || batch.length === 0) return
    this.#batch = batch
    this.#index = 0
    this.#deliver()
    if (this.#batch === undefined) return
    return new Promise((resolve) => {
      this.#taken = resolve
    })
  }

  #deliver(): void {
    const batch = this.#batch
    const waiting = this.#waiting
    if (batch === undefined || waiting === undefined) return
    this.#waiting = undefined
    const value = batch.value(this.#index++) as T
    if (this.#index === batch.length) {
      this.#batch = undefined
      this.#taken?.()
      this.#taken = undefined
    }
    waiting.resolve({ done: false, value })
  }

  /** No more results: the iterator ends, or throws `error`, after what is still to be read. */
  close(error?: unknown): void {
    this.#closed = true
    this.#error = error
    this.#finish()
  }

  #finish(): void {
    const waiting = this.#waiting
    if (!this.#closed || this.#batch !== undefined || waiting === undefined) return
    this.#waiting = undefined
    const error = this.#error
    this.#error = undefined
    if (error === undefined) waiting.resolve({ done: true, value: undefined })
    else waiting.reject(error)
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#deliver()
      this.#finish()
    })
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#closed = true
    this.#batch = undefined
    this.#taken?.()
    this.#taken = undefined
    this.#onReturn()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
