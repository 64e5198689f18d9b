import { StreamEvent } from './stream-event.ts'

/** An event that failed, or that came too late where nobody asked for late ones. */
export interface DeadLetter {
  readonly event: StreamEvent
  /** The processor, window or join that it failed in. */
  readonly consumer: string
  readonly error: { readonly code: string; readonly message: string }
  /** How often it was tried. */
  readonly attempts: number
  /** When it failed, epoch ms. */
  readonly time: number
}

/** A dead letter as a job writes it. */
interface Letter {
  readonly record: unknown
  readonly error: DeadLetter['error']
  readonly attempts: number
  readonly time: number
}

/** Keeps the last dead letters and counts all of them. */
export class DeadLetters {
  readonly #most: number
  readonly #kept: DeadLetter[] = []
  count = 0

  constructor(most: number) {
    this.#most = most
  }

  get kept(): readonly DeadLetter[] {
    return this.#kept
  }

  add(consumer: string, letter: unknown): void {
    const { attempts, error, record, time } = letter as Letter
    this.count++
    this.#kept.push({ event: eventOf(record), consumer, error, attempts, time })
    if (this.#kept.length > this.#most) this.#kept.shift()
  }
}

/** The event in what failed: an entry, a result, or the event itself where it came too late. */
function eventOf(record: unknown): StreamEvent {
  const { event } = record as { event?: StreamEvent }
  const found = event ?? (record as StreamEvent)
  // What JSON cannot hold comes as a copy.
  return found instanceof StreamEvent ? found : new StreamEvent(found)
}
