import type { Result } from './result.ts'
import { StreamEvent } from './stream-event.ts'

/** An event that failed, or that came too late where nobody asked for late ones; or a result that its target refused. */
export interface DeadLetter {
  /** Undefined for a result that is not made of one event: a window's or a join's. */
  readonly event: StreamEvent | undefined
  /** What the target refused; undefined where the event itself failed. */
  readonly result: unknown
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
    this.#kept.push({ ...contentOf(record), consumer, error, attempts, time })
    if (this.#kept.length > this.#most) this.#kept.shift()
  }
}

/** What is in a letter: an entry, a result with its event, an event that came too late, or another result. */
function contentOf(record: unknown): Pick<DeadLetter, 'event' | 'result'> {
  const { event, processingTime, value } = record as Partial<StreamEvent> & Partial<Result>
  if (event !== undefined) return { event: toEvent(event), result: value }
  const isEvent = processingTime !== undefined
  return isEvent ? { event: toEvent(record as StreamEvent), result: undefined } : lone(record)
}

const lone = (result: unknown): ReturnType<typeof contentOf> => ({ event: undefined, result })

/** What JSON cannot hold comes as a copy. */
function toEvent(event: StreamEvent): StreamEvent {
  return event instanceof StreamEvent ? event : new StreamEvent(event)
}
