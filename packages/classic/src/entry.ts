import type { StreamEvent } from './stream-event.ts'

/**
 * What travels from a stream to the jobs that read it: an event and the watermark behind it, or a watermark alone. The times are
 * private, so that a dead letter shows the event and nothing else.
 */
export class Entry {
  readonly event: StreamEvent | undefined
  readonly #time: number
  readonly #mark: number

  constructor(event: StreamEvent | undefined, time: number, mark: number) {
    this.event = event
    this.#time = time
    this.#mark = mark
  }

  /** No event earlier than this is expected behind this entry. */
  get mark(): number {
    return this.#mark
  }

  /** The time that counts, epoch ms. */
  get time(): number {
    return this.#time
  }
}
