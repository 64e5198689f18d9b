import type { ActorContext, Behavior, Lane } from './actor.ts'
import type { Inbox } from './inbox.ts'
import { stale, unwrapNotice } from './notices.ts'
import type { Pending } from './pending.ts'
import { Tick } from './timers.ts'

/** What the delivery tells its cell. */
export interface DeliveryHost {
  /** The handler failed. */
  crashed(cause: unknown): void
  /** The handler returned a promise: nothing else is handled until `resumed`. */
  suspended(): void
  resumed(): void
}

const none = Symbol('none')

/** Hands the messages of one actor to the behaviour of its incarnation, one at a time. */
export class Delivery<M> {
  readonly #host: DeliveryHost
  readonly #inbox: Inbox
  readonly #pending: Pending
  #behavior: Behavior<M> | undefined
  #context: ActorContext<M> | undefined
  /** The message an asynchronous handler has in hand. */
  #inHand: unknown = none
  #inHandLane: Lane = 'user'

  constructor(host: DeliveryHost, inbox: Inbox, pending: Pending) {
    this.#host = host
    this.#inbox = inbox
    this.#pending = pending
  }

  get behavior(): Behavior<M> | undefined {
    return this.#behavior
  }

  /** An incarnation takes over. */
  begin(behavior: Behavior<M>, context: ActorContext<M>): void {
    this.#behavior = behavior
    this.#context = context
  }

  /** The incarnation is over: what it has in hand is a dead letter. Its behaviour stays for `onStop`. */
  end(cause: unknown): void {
    this.#inbox.clearSystem()
    if (this.#inHand === none) return
    const message = this.#inHand
    this.#inHand = none
    this.#inbox.deadLetter(message, this.#inHandLane, 'killed', cause)
  }

  /** Forgets the behaviour. */
  release(): void {
    this.#behavior = undefined
  }

  /** Handles the next message; only when there is one. */
  next(): void {
    const inbox = this.#inbox
    const entry = inbox.take()
    const lane = inbox.takenFrom
    let message = entry as M
    try {
      if (lane !== 'user') {
        const unwrapped = unwrapNotice(entry)
        if (unwrapped === stale) return
        message = unwrapped as M
      }
      const result = this.#behavior?.receive(message, this.#context as ActorContext<M>)
      if (result instanceof Promise) {
        this.#suspend(result, entry, message)
        return
      }
    } catch (error) {
      inbox.deadLetter(message, lane, 'failed', error)
      this.#host.crashed(error)
      return
    }
    if (lane === 'control' && entry instanceof Tick) entry.timers.handled(entry)
  }

  #suspend(result: Promise<void>, entry: unknown, message: M): void {
    this.#inHand = message
    this.#inHandLane = this.#inbox.takenFrom
    this.#host.suspended()
    this.#pending.wait(
      result,
      () => {
        this.#inHand = none
        if (entry instanceof Tick) entry.timers.handled(entry)
        this.#host.resumed()
      },
      (error) => {
        this.#inHand = none
        this.#inbox.deadLetter(message, this.#inHandLane, 'failed', error)
        this.#host.crashed(error)
      },
    )
  }
}
