import type { Batch, SinkFactory } from '@millrace/sdk'

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void
  readonly reject: (error: unknown) => void
}

/** Carries results from a job to whoever iterates over it; the job waits while nobody reads. */
export class ResultChannel<T> implements AsyncIterableIterator<T, undefined> {
  readonly factory: SinkFactory
  readonly #onReturn: () => void
  #batch: Batch | undefined
  #index = 0
  #taken: (() => void) | undefined
  /** Readers whose next result has not come yet, in order: an iterator may be asked ahead. */
  readonly #waiting: Reader<T>[] = []
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
    while (this.#batch !== undefined) {
      const reader = this.#waiting.shift()
      if (reader === undefined) return
      const value = this.#batch.value(this.#index++) as T
      if (this.#index === this.#batch.length) this.#release()
      reader.resolve({ done: false, value })
    }
  }

  /** The batch has been read, or nobody wants it: the job may go on. */
  #release(): void {
    this.#batch = undefined
    this.#taken?.()
    this.#taken = undefined
  }

  /** No more results: the iterator ends, or throws `error`, after what is still to be read. */
  close(error?: unknown): void {
    this.#closed = true
    this.#error = error
    this.#finish()
  }

  #finish(): void {
    if (!this.#closed || this.#batch !== undefined) return
    for (const reader of this.#waiting.splice(0)) {
      const error = this.#error
      this.#error = undefined
      if (error === undefined) reader.resolve({ done: true, value: undefined })
      else reader.reject(error)
    }
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#deliver()
      this.#finish()
    })
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#closed = true
    this.#release()
    this.#finish()
    this.#onReturn()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
