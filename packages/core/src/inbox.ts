import type { Lane, OfferResult } from './actor.ts'
import { type AskReceiver, Asks } from './asks.ts'
import type { DeadLetterReason, OverflowPolicy } from './events.ts'
import { Mailbox, type MailboxRules } from './mailbox.ts'
import type { MessageLedger } from './message-counts.ts'
import { type Failure, messageOf, Replay } from './replay.ts'
import type { Services } from './services.ts'
import { type Staleness, Tick, type Timers } from './timers.ts'
import { WaitingOffers } from './waiting-offers.ts'

/** What became of a message that was sent. */
export type Acceptance = 'queued' | 'overflowed' | 'lost' | 'closed'

interface Death {
  readonly reason: DeadLetterReason
  readonly cause?: unknown
  readonly attempts?: number
}

/** A mailbox that accounts for everything: what it holds, what it cannot hold, questions without an answer. */
export class Inbox extends Mailbox {
  readonly #services: Services
  readonly #ledger: MessageLedger
  readonly #address: { readonly path: string }
  #asks: Asks | undefined
  /** True if there is more to do after a message than to count it. */
  isWatchful = false
  /** Offers that wait for room. */
  #offers: WaitingOffers | undefined

  constructor(services: Services, address: { readonly path: string }, rules: MailboxRules) {
    super(rules)
    this.#services = services
    this.#ledger = services.ledger
    this.#address = address
  }

  get hasOffers(): boolean {
    return this.#offers !== undefined
  }

  /** Queues a user message; only when `takesAll`. */
  takeIn(message: unknown): void {
    this.#ledger.sent++
    this.pushUser(message)
  }

  /** Queues a message if the gate and the rules allow. If the gate is closed, nothing has happened to it yet. */
  accept(message: unknown, lane: 'user' | 'control'): Acceptance {
    if (this.isClosed) return 'closed'
    this.#ledger.sent++
    if (lane === 'user') return this.#acceptByRules(message)
    // Callers without types may name any lane; no other one is for them.
    this.pushUrgent(message, 'control')
    return 'queued'
  }

  /** The gate is closed: the message is a dead letter. */
  refuse(message: unknown, lane: Lane, cause: unknown): void {
    this.#ledger.sent++
    this.deadLetter(message, lane, { reason: 'stopped', cause })
  }

  /** Queues a message now or, in line with the others, once there is room. */
  offer(message: unknown, queued: () => void): OfferResult | Promise<OfferResult> {
    if (this.isClosed) return 'stopped'
    if (this.#offers === undefined && !this.isFull) {
      if (this.accept(message, 'user') === 'queued') queued()
      return 'queued'
    }
    this.#tellOverflow(message, 'wait')
    this.#offers ??= new WaitingOffers()
    this.isWatchful = true
    return this.#offers.add(message)
  }

  /** Takes in offers while there is room. */
  admit(): void {
    const offers = this.#offers
    if (offers === undefined || this.isClosed) return
    while (offers.length > 0 && !this.isFull) {
      offers.takeNext((message) => void this.accept(message, 'user'))
    }
    if (offers.length === 0) this.#offers = undefined
  }

  /** Queues the message of a timer or the notice of a watch. */
  notify(entry: unknown, lane: 'system' | 'control'): void {
    this.#ledger.sent++
    this.pushUrgent(entry, lane)
  }

  /** Messages that left the mailbox and whose handler has finished. */
  settled(count: number): void {
    this.#ledger.handled += count
  }

  /** A notice that was taken and came to nothing. */
  dropped(entry: unknown, reason: Staleness): void {
    // Its timer holds it again, as if it had never been queued.
    if (reason === 'postponed') this.#ledger.sent--
    else if (entry instanceof Tick) this.#died(entry.message, 'control', { reason })
    else this.#died(undefined, 'system', { reason })
  }

  /** Puts the message in hand aside; false if it had to give way because there is no room. */
  stash(message: unknown, attempts: number): boolean {
    if (this.isFull && !this.#makeRoom()) {
      this.#overflowed(message, this.rules.overflow)
      return false
    }
    this.#ledger.stashed++
    this.pushStash(attempts === 0 ? message : new Replay(message, attempts, undefined))
    return true
  }

  /** Brings the stash back, before all other user messages. */
  unstash(): void {
    for (const entry of this.takeStash().toReversed()) {
      this.#ledger.stashed--
      this.pushBack(entry, 'user')
    }
  }

  ask<M, R>(
    make: (reply: (value: R) => void) => M,
    timeoutMs: number,
    receiver: AskReceiver<M>,
  ): Promise<R> {
    return this.#openAsks().open(make, timeoutMs, receiver)
  }

  /** Hands the question of a message over to the inbox it is about to be sent to. */
  moveAsk(message: unknown, to: Inbox): void {
    if (this.#asks !== undefined && to !== this) this.#asks.move(message, to.#openAsks())
  }

  /** Rejects the question of a message, if it is one. */
  giveUpAsk(message: unknown, cause: unknown): void {
    this.#asks?.giveUp(message, cause)
  }

  /** Accounts for a message that nobody will handle; it is in no lane any more. */
  deadLetter(message: unknown, lane: Lane, why: Death): void {
    this.#died(message, lane, why)
    this.giveUpAsk(message, why.cause)
  }

  /** Puts messages that were taken before the others of their lane; those for which there is no room any more are dead letters. */
  bringBack(messages: readonly unknown[], lane: Lane, attempts: number, failure: Failure): void {
    const room = lane === 'user' ? this.room : Infinity
    for (const message of messages.slice(room))
      this.deadLetter(message, lane, { ...failure, attempts })
    for (const message of messages.slice(0, room).toReversed()) {
      this.pushBack(new Replay(message, attempts, failure), lane)
    }
  }

  /** An incarnation has ended: so have its watches, and the questions it took and did not answer. */
  endIncarnation(cause: unknown): void {
    for (const notice of this.takeSystem()) this.dropped(notice, 'ended')
    this.unstash()
    if (this.#asks === undefined || this.#asks.size === 0) return
    this.#asks.giveUpTaken(new Set(this.contents().map(messageOf)), cause)
  }

  /** The actor has ended: every message, those that `timers` hold among them, is a dead letter, every open question is rejected. */
  drain(cause: unknown, timers: Timers<unknown> | undefined): void {
    this.unstash()
    while (this.length > 0) {
      const entry = this.take()
      const lane = this.takenFrom === 'replay' ? 'user' : this.takenFrom
      if (entry instanceof Tick && !timers?.giveUp(entry)) this.dropped(entry, 'ended')
      else {
        const message = entry instanceof Tick ? entry.message : messageOf(entry)
        const { failure, attempts } = entry instanceof Replay ? entry : neverTried
        this.deadLetter(message, lane, { ...(failure ?? { reason: 'stopped', cause }), attempts })
      }
    }
    for (const tick of timers?.held() ?? []) {
      this.#ledger.sent++
      this.deadLetter(tick.message, 'control', { reason: 'stopped', cause })
    }
    this.#offers?.giveUp()
    this.#offers = undefined
    this.#asks?.giveUpAll(cause)
  }

  #openAsks(): Asks {
    this.#asks ??= new Asks(this.#address, this.#services.deadlines)
    return this.#asks
  }

  #acceptByRules(message: unknown): Acceptance {
    const { priority, overflow } = this.rules
    let rank = 0
    if (priority !== undefined) {
      try {
        rank = priority(message as never)
        if (Number.isNaN(rank)) throw new TypeError('mailbox.priority returned NaN.')
      } catch (error) {
        this.deadLetter(message, 'user', { reason: 'failed', cause: error })
        return 'lost'
      }
    }
    if (overflow !== 'dropOldest' && this.isFull) {
      this.#overflowed(message, overflow)
      return 'overflowed'
    }
    // A ranked message may itself be the least urgent: room is made when it is in.
    if (priority === undefined && this.isFull) this.#makeRoom()
    if (priority === undefined) this.pushUser(message)
    else {
      const wasFull = this.isFull
      this.pushRanked(message, rank)
      if (wasFull) this.#makeRoom()
    }
    return 'queued'
  }

  /** Gives up the oldest message if the rules say so. */
  #makeRoom(): boolean {
    if (this.rules.overflow !== 'dropOldest') return false
    const { message, isStashed } = this.takeOldest()
    if (isStashed) this.#ledger.stashed--
    this.#overflowed(messageOf(message), 'dropOldest')
    return true
  }

  #overflowed(message: unknown, policy: OverflowPolicy): void {
    this.#ledger.dropped++
    this.#tellOverflow(message, policy)
    this.giveUpAsk(message, undefined)
  }

  #died(message: unknown, lane: Lane, { reason, cause, attempts = 0 }: Death): void {
    const { events } = this.#services
    this.#ledger.dead++
    if (events.has('deadLetter')) {
      const { path } = this.#address
      events.emit('deadLetter', { path, message, lane, reason, cause, attempts })
    }
  }

  #tellOverflow(message: unknown, policy: OverflowPolicy): void {
    const { events } = this.#services
    if (events.has('overflow')) {
      events.emit('overflow', { path: this.#address.path, message, policy })
    }
  }
}

const neverTried = { failure: undefined, attempts: 0 }
