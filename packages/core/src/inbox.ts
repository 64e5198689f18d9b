import type { Lane, Overflow } from './actor.ts'
import { Asks } from './asks.ts'
import type { DeadLetterReason } from './events.ts'
import { Mailbox } from './mailbox.ts'
import type { Services } from './services.ts'
import { Tick } from './timers.ts'

/** What became of an offered message. */
export type Offer = 'queued' | 'refused' | 'overflowed'

/** A mailbox that accounts for what it cannot hold: dead letters, overflow, questions without an answer. */
export class Inbox extends Mailbox {
  readonly #services: Services
  readonly #address: { readonly path: string }
  #asks: Asks | undefined

  constructor(
    services: Services,
    address: { readonly path: string },
    bound: { readonly capacity: number; readonly overflow: Overflow },
  ) {
    super(bound.capacity, bound.overflow)
    this.#services = services
    this.#address = address
  }

  /** Queues a message if the gate and the capacity allow; `cause` says why the gate is closed, if it is. */
  offer(message: unknown, lane: 'user' | 'control', cause: unknown): Offer {
    if (this.isClosed) {
      this.deadLetter(message, lane, 'stopped', cause)
      return 'refused'
    }
    if (lane === 'user' && this.isFull && !this.#makeRoom(message)) return 'overflowed'
    this.push(message, lane)
    return 'queued'
  }

  ask<M, R>(
    make: (reply: (value: R) => void) => M,
    timeoutMs: number,
    send: (message: M) => void,
  ): Promise<R> {
    this.#asks ??= new Asks(this.#address.path, this.#services.alarms)
    return this.#asks.open(make, timeoutMs, send)
  }

  deadLetter(message: unknown, lane: Lane, reason: DeadLetterReason, cause: unknown): void {
    const { events } = this.#services
    if (events.has('deadLetter')) {
      events.emit('deadLetter', { path: this.#address.path, message, lane, reason, cause })
    }
    this.#asks?.giveUp(message, cause)
  }

  /** The actor has ended: every queued message is a dead letter, every open question is rejected. */
  drain(cause: unknown): void {
    while (this.length > 0) {
      const message = this.take()
      // A timer's message was sent by nobody: it ends with the timer.
      if (!(message instanceof Tick)) this.deadLetter(message, this.takenFrom, 'stopped', cause)
    }
    this.#asks?.giveUpAll(cause)
  }

  /** True if `message` may be queued now; otherwise it is the one that is given up. */
  #makeRoom(message: unknown): boolean {
    const hasRoom = this.overflow === 'dropOldest'
    const dropped = hasRoom ? this.takeOldestUser() : message
    const { events } = this.#services
    if (events.has('overflow')) {
      const { path } = this.#address
      events.emit('overflow', { path, message: dropped, policy: this.overflow })
    }
    this.#asks?.giveUp(dropped, undefined)
    return hasRoom
  }
}
