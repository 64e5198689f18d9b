import type { StreamEvent } from './stream-event.ts'

/** A result and the event that it was made of. */
export class Result {
  readonly value: unknown
  readonly event: StreamEvent

  constructor(value: unknown, event: StreamEvent) {
    this.value = value
    this.event = event
  }
}
