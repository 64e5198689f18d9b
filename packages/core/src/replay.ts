import type { DeadLetterReason } from './events.ts'

/** Why a message is a dead letter if it does not come any more. */
export interface Failure {
  readonly reason: DeadLetterReason
  readonly cause: unknown
}

/** A message that comes once more: from the stash, or because a handler failed with it. */
export class Replay {
  readonly message: unknown
  /** How often its handler has failed. */
  readonly attempts: number
  /** Undefined when it was only put aside. */
  readonly failure: Failure | undefined

  constructor(message: unknown, attempts: number, failure: Failure | undefined) {
    this.message = message
    this.attempts = attempts
    this.failure = failure
  }
}

/** The message itself, also of a replay. */
export function messageOf(entry: unknown): unknown {
  return entry instanceof Replay ? entry.message : entry
}
