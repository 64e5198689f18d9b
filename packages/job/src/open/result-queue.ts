import { RingBuffer } from '@millrace/base'
import type { SinkBatch, SinkFactory } from '@millrace/sdk'
import type { FollowedRecords } from './followed-records.ts'

interface Reader<Out> {
  readonly resolve: (result: IteratorResult<Out, undefined>) => void
  readonly reject: (error: unknown) => void
}

/** Results on their way from a job to callers: the job waits when nobody takes them. */
export class ResultQueue<Out> implements AsyncIterator<Out, undefined> {
  readonly factory: SinkFactory
  readonly #capacity: number
  readonly #followed: FollowedRecords<Out>
  readonly #results = new RingBuffer<{ readonly value: Out }>()
  readonly #readers = new RingBuffer<Reader<Out>>()
  #latest: { readonly value: Out } | undefined
  #room: (() => void) | undefined
  #isBounded = true
  #isClosed = false
  #error: unknown

  /** `capacity`: results that may wait here; 0 keeps none but the latest. */
  constructor(capacity: number, followed: FollowedRecords<Out>) {
    this.#capacity = capacity
    this.#followed = followed
    this.factory = {
      traits: { name: 'results', guarantee: 'Each result is handed over once, in order.' },
      create: () => ({ untimed: true, write: (batch) => this.#write(batch) }),
      dispose: () => undefined,
    }
  }

  /** The newest result since the last call; undefined: there is none. */
  latest(): { readonly value: Out } | undefined {
    const latest = this.#latest
    this.#latest = undefined
    return latest
  }

  /** From now on the job waits for nobody: it is about to end. */
  unbind(): void {
    this.#isBounded = false
    this.#letGo()
  }

  /** No more results: the iterator ends, or throws `error`, behind those that wait. */
  close(error: unknown): void {
    this.#isClosed = true
    this.#error = error
    this.#deliver()
  }

  next(): Promise<IteratorResult<Out, undefined>> {
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject })
      this.#deliver()
    })
  }

  #write(batch: SinkBatch): void | Promise<void> {
    for (let index = 0; index < batch.length; index++) {
      const value = batch.value(index) as Out
      this.#latest = { value }
      const isWaitedFor = this.#followed.result(batch.origin(index)?.offset, value)
      if (!isWaitedFor && this.#capacity > 0) this.#results.push(this.#latest)
    }
    this.#deliver()
    if (!this.#isFull) return
    return new Promise((resolve) => {
      this.#room = resolve
    })
  }

  get #isFull(): boolean {
    return this.#isBounded && this.#capacity > 0 && this.#results.length >= this.#capacity
  }

  #deliver(): void {
    while (this.#readers.length > 0) {
      const result = this.#results.shift()
      if (result === undefined && !this.#isClosed) break
      const reader = this.#readers.shift()
      const error = this.#error
      if (result !== undefined) reader?.resolve({ done: false, value: result.value })
      else if (error === undefined) reader?.resolve({ done: true, value: undefined })
      else {
        this.#error = undefined
        reader?.reject(error)
      }
    }
    if (!this.#isFull) this.#letGo()
  }

  #letGo(): void {
    this.#room?.()
    this.#room = undefined
  }
}
