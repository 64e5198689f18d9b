import type { DeadLetterReason } from './events.ts'

/** A message that comes once more: from the stash, or because a handler failed with it. */
export class Replay {
  readonly message: unknown
  /** How often its handler has failed. */
  readonly attempts: number
  /** Why it is a dead letter if it does not come any more; undefined when it was only put aside. */
  readonly failure: { readonly reason: DeadLetterReason; readonly cause: unknown } | undefined

  constructor(message: unknown, attempts: number, failure: Replay['failure']) {
    this.message = message
    this.attempts = attempts
    this.failure = failure
  }
}

/** The message itself, also of a replay. */
export function messageOf(entry: unknown): unknown {
  return entry instanceof Replay ? entry.message : entry
}
