import { RingBuffer, type Runtime } from '@millrace/base'
import { BATCH_MAX, type SourceBatch, type SourceFactory } from '@millrace/sdk'
import type { FollowedRecords, Waiter } from './followed-records.ts'

/** The outcome of a record that the job was not given. */
const stopped = { fate: 'dropped', reason: 'stopped', results: [] } as const

interface Entry<Out> {
  readonly record: unknown
  /** Undefined: nobody waits for what becomes of it. */
  readonly waiter: Waiter<Out> | undefined
}

/** One that waits for room. */
interface Push<Out> {
  readonly entry: Entry<Out>
  readonly taken: (isTaken: boolean) => void
  readonly refused: (error: unknown) => void
}

/** Records on their way from callers to a job: bounded, in the order of the calls. */
export class RecordQueue<Out> {
  readonly factory: SourceFactory
  readonly #capacity: number
  readonly #runtime: Runtime
  readonly #followed: FollowedRecords<Out>
  readonly #entries = new RingBuffer<Entry<Out>>()
  readonly #pushes = new Set<Push<Out>>()
  #offset = 0
  #isOver = false
  #wake: (() => void) | undefined

  constructor(capacity: number, runtime: Runtime, followed: FollowedRecords<Out>) {
    this.#capacity = capacity
    this.#runtime = runtime
    this.#followed = followed
    this.factory = {
      traits: { name: 'open', ends: true, replay: 'none' },
      create: () => ({ read: (_partition, _position, { signal }) => this.#read(signal) }),
      dispose: () => undefined,
    }
  }

  /** Records that the job has not taken yet. */
  get length(): number {
    return this.#entries.length + this.#pushes.size
  }

  /** Resolves to true when there was room, to false where there was none in time; no `timeoutMs`: it waits. */
  push(
    record: unknown,
    waiter: Waiter<Out> | undefined,
    timeoutMs: number | undefined,
  ): Promise<boolean> {
    const entry = { record, waiter }
    if (this.#pushes.size === 0 && this.#entries.length < this.#capacity) {
      this.#add(entry)
      return Promise.resolve(true)
    }
    return new Promise((resolve, reject) => {
      let cancel = (): void => undefined
      const settle = (how: () => void): void => {
        this.#pushes.delete(push)
        cancel()
        how()
      }
      const push: Push<Out> = {
        entry,
        taken: (isTaken) => settle(() => resolve(isTaken)),
        refused: (error) => settle(() => reject(error)),
      }
      this.#pushes.add(push)
      if (timeoutMs !== undefined) cancel = this.#runtime.timer(timeoutMs, () => push.taken(false))
    })
  }

  /** Nothing more comes; what is here is still given to the job, and what waits for room gets it. */
  end(): void {
    this.#isOver = true
    this.#wake?.()
  }

  /** Nobody reads any more, because of `error` or because nobody shall: takes out what nobody has read. Gives back how many of those nobody waits for. */
  clear(error: unknown): number {
    let pushed = 0
    for (const push of this.#pushes) {
      if (error === undefined) push.taken(false)
      else push.refused(error)
      this.#giveUp(push.entry, error)
    }
    for (let entry = this.#entries.shift(); entry !== undefined; entry = this.#entries.shift()) {
      if (entry.waiter === undefined) pushed++
      this.#giveUp(entry, error)
    }
    return pushed
  }

  #giveUp({ waiter }: Entry<Out>, error: unknown): void {
    if (error === undefined) waiter?.resolve(stopped)
    else waiter?.reject(error)
  }

  #add(entry: Entry<Out>): void {
    this.#entries.push(entry)
    const wake = this.#wake
    if (wake === undefined) return
    this.#wake = undefined
    // Not at once: who pushes many in a row fills a batch.
    this.#runtime.schedule(wake)
  }

  async *#read(signal: AbortSignal): AsyncGenerator<SourceBatch> {
    signal.addEventListener('abort', () => this.#wake?.(), { once: true })
    while (!signal.aborted) {
      const first = this.#take()
      if (first === undefined) {
        if (this.#isOver) return
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      } else if (first.waiter === undefined) {
        const values = this.#batch(first)
        this.#offset += values.length
        yield { values }
      } else {
        const offset = this.#offset++
        this.#followed.begin(offset, first.waiter)
        // By itself, so that it can be told from others wherever it goes.
        yield { values: [first.record] }
        this.#followed.given(offset)
      }
    }
  }

  /** As many as come one after the other and nobody waits for. */
  #batch(first: Entry<Out>): readonly unknown[] {
    const values = [first.record]
    const most = Math.min(BATCH_MAX, this.#capacity)
    while (values.length < most) {
      const next = this.#entries.shift()
      if (next?.waiter !== undefined) this.#entries.unshift(next)
      if (next === undefined || next.waiter !== undefined) break
      values.push(next.record)
    }
    this.#refill()
    return values
  }

  #take(): Entry<Out> | undefined {
    const entry = this.#entries.shift()
    this.#refill()
    return entry
  }

  #refill(): void {
    for (const { entry, taken } of this.#pushes) {
      if (this.#entries.length >= this.#capacity) return
      this.#entries.push(entry)
      taken(true)
    }
  }
}
