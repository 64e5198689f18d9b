import { messageOf, RingBuffer } from '@millrace/base'
import { CLASSIC_BATCH, CLASSIC_NO_BUFFER } from './errors.ts'
import type { StreamEvent } from './stream-event.ts'

/** What became of a batch. */
export interface BatchResult {
  /** Events that the handler took: up to the size, fewer where there were fewer. */
  readonly processed: number
  /** Events that are left in the buffer. */
  readonly remaining: number
}

/** Events of a stream that wait to be processed in batches; none leaves before its batch succeeded. */
export class Batches {
  readonly capacity: number
  /** Called when there is room again. */
  onRoom: () => void = () => {}
  readonly #stream: string
  readonly #events = new RingBuffer<StreamEvent>()
  #inHand = 0
  #isLifted = false
  #last: Promise<unknown> = Promise.resolve()

  /** A capacity of 0: it keeps nothing. */
  constructor(stream: string, capacity: number) {
    this.#stream = stream
    this.capacity = capacity
  }

  get length(): number {
    return this.#events.length + this.#inHand
  }

  get hasRoom(): boolean {
    return this.capacity === 0 || this.#isLifted || this.length < this.capacity
  }

  /** Takes whatever comes from now on: nothing but what is on its way already. */
  lift(): void {
    this.#isLifted = true
    this.onRoom()
  }

  push(event: StreamEvent): void {
    if (this.capacity > 0) this.#events.push(event)
  }

  /** Hands up to `size` events to the handler, behind batches in hand. Rejects with CLASSIC_NO_BUFFER and CLASSIC_BATCH. */
  process(
    size: number,
    handler: (events: readonly StreamEvent[]) => void | Promise<void>,
  ): Promise<BatchResult> {
    if (this.capacity === 0) return Promise.reject(CLASSIC_NO_BUFFER({ stream: this.#stream }))
    const done = this.#last.then(() => this.#next(size, handler))
    this.#last = done.catch(() => undefined)
    return done
  }

  async #next(
    size: number,
    handler: (events: readonly StreamEvent[]) => void | Promise<void>,
  ): Promise<BatchResult> {
    const events: StreamEvent[] = []
    while (events.length < size && this.#events.length > 0) {
      events.push(this.#events.shift() as StreamEvent)
    }
    if (events.length === 0) return { processed: 0, remaining: 0 }
    this.#inHand = events.length
    try {
      await handler(events)
    } catch (error) {
      for (const event of events.toReversed()) this.#events.unshift(event)
      const failed = { stream: this.#stream, count: events.length, message: messageOf(error) }
      throw CLASSIC_BATCH(failed, undefined, error)
    } finally {
      this.#inHand = 0
      this.onRoom()
    }
    return { processed: events.length, remaining: this.length }
  }
}
