import type { ActorContext, Behavior, Lane, Receiver } from './actor.ts'
import { ACT_MAILBOX_FULL, ACT_STASH } from './errors.ts'
import type { Inbox } from './inbox.ts'
import { staleness, unwrapNotice } from './notices.ts'
import type { Pending } from './pending.ts'
import { type Failure, Replay } from './replay.ts'
import { Tick } from './timers.ts'

/** What the delivery tells its cell. */
export interface DeliveryHost {
  readonly path: string
  /** True while lifecycle work waits. */
  readonly hasSignals: boolean
  /** The handler failed; `message` only if it was one. */
  crashed(cause: unknown, message?: unknown): void
  /** The handler returned a promise: nothing else is handled until `resumed`. */
  suspended(): void
  resumed(): void
}

/** How an actor wants to be served. */
export interface DeliveryRules {
  /** Messages that `receiveBatch` gets at most. */
  readonly batch: number
  /** How often a message comes again after a failure. */
  readonly redeliver: number
}

/** The context of an incarnation, as the delivery knows it. */
export interface ServedContext<M> extends ActorContext<M> {
  /** A message was handled. */
  heard(): void
}

/** What an asynchronous handler has in hand: one message, or a batch. */
interface InHand<M> {
  readonly entry: unknown
  readonly message: M
  readonly lane: Lane
  readonly attempts: number
  readonly mayStash: boolean
  readonly batch: readonly M[] | undefined
}

/** Hands the messages of one actor to the behavior of its incarnation, one at a time or in batches. */
export class Delivery<M> {
  readonly #host: DeliveryHost
  readonly #inbox: Inbox
  readonly #pending: Pending
  readonly #rules: DeliveryRules
  #behavior: Behavior<M> | undefined
  #receiver: Receiver<M> | undefined
  #context: ServedContext<M> | undefined
  #inHand: InHand<M> | undefined
  /** True while a handler may ask for the message in hand to be put aside. */
  #mayStash = false
  #isStashing = false
  #isListening = false
  /** Messages for one call of `receiveBatch`; 0 without it. */
  #batch = 0

  constructor(host: DeliveryHost, inbox: Inbox, pending: Pending, rules: DeliveryRules) {
    this.#host = host
    this.#inbox = inbox
    this.#pending = pending
    this.#rules = rules
  }

  get behavior(): Behavior<M> | undefined {
    return this.#behavior
  }

  /** An incarnation takes over. */
  begin(behavior: Behavior<M>, context: ServedContext<M>): void {
    this.#behavior = behavior
    this.#context = context
    // It may have chosen another receiver while it was made.
    this.become(this.#receiver ?? behavior)
  }

  become(receiver: Receiver<M>): void {
    this.#receiver = receiver
    const { batch } = this.#rules
    this.#batch = batch > 1 && receiver.receiveBatch !== undefined ? batch : 0
  }

  /** Puts the message in hand aside once its handler has finished. Throws ACT_STASH. */
  stash(): void {
    if (!this.#mayStash) throw ACT_STASH({ path: this.#host.path })
    this.#isStashing = true
    this.#inbox.isWatchful = true
  }

  unstashAll(): void {
    this.#inbox.unstash()
  }

  /** From now on the context is told of each message that was handled. */
  listen(): void {
    this.#isListening = true
    this.#inbox.isWatchful = true
  }

  /** The incarnation is over: what it has in hand has failed. Its behavior stays for `onStop`. */
  end(cause: unknown): void {
    this.#isListening = false
    this.#receiver = undefined
    const inHand = this.#inHand
    if (inHand !== undefined) this.#failed(inHand, 'killed', cause)
    this.#inbox.endIncarnation(cause)
  }

  /** Forgets the behavior. */
  release(): void {
    this.#behavior = undefined
  }

  /** Handles up to `limit` messages, or somewhat more in batches, as long as the gate is open; returns how many it took. */
  run(limit: number): number {
    const inbox = this.#inbox
    const host = this.#host
    let taken = 0
    let settled = 0
    this.#mayStash = true
    // A signal that came meanwhile, such as a stop, goes before the next message.
    while (taken < limit && inbox.isOpen && inbox.length > 0 && !host.hasSignals) {
      if (this.#batch > 0 || !inbox.hasPlainNext) {
        taken += this.#nextNotPlain()
        continue
      }
      taken++
      const entry = inbox.takePlain() as M
      let result: void | Promise<void>
      try {
        result = this.#receiver?.receive(entry, this.#context as ServedContext<M>)
      } catch (error) {
        this.#failed({ ...nothing, entry, message: entry }, 'failed', error, true)
        continue
      }
      // Asked first because most handlers return nothing, and it costs nothing.
      if (result !== undefined && result instanceof Promise) {
        this.#suspend(result, { ...nothing, entry, message: entry })
      } else if (inbox.isWatchful) this.#settle(entry, 0, 1)
      else settled++
    }
    // Counted once for all: until then they count as queued.
    inbox.settled(settled)
    this.#mayStash = this.#inHand?.mayStash === true
    return taken
  }

  /** Handles a batch, or a message with a story: of another lane, by rank, or one that comes once more. */
  #nextNotPlain(): number {
    const inbox = this.#inbox
    const entry = inbox.take()
    const { takenFrom } = inbox
    if (takenFrom === 'user' && this.#batch > 0) return this.#nextBatch(entry as M)
    const stale = staleness(entry)
    if (stale !== undefined) {
      inbox.dropped(entry, stale)
      return 1
    }
    const isReplay = entry instanceof Replay
    const lane = takenFrom === 'replay' ? 'user' : takenFrom
    const mayStash = lane !== 'system' && !(entry instanceof Tick)
    const attempts = isReplay ? entry.attempts : 0
    let message = (isReplay ? entry.message : entry) as M
    this.#mayStash = mayStash
    try {
      message = unwrapNotice(message) as M
      const result = this.#receiver?.receive(message, this.#context as ServedContext<M>)
      if (result instanceof Promise) {
        this.#suspend(result, { entry, message, lane, attempts, mayStash, batch: undefined })
      } else this.#settle(entry, attempts, 1)
    } catch (error) {
      const inHand = { entry, message, lane, attempts, mayStash, batch: undefined }
      this.#failed(inHand, 'failed', error, true)
    }
    this.#mayStash = true
    return 1
  }

  #nextBatch(first: M): number {
    const inbox = this.#inbox
    const batch = [first]
    while (batch.length < this.#batch && inbox.hasUserNext) batch.push(inbox.take() as M)
    const inHand = { ...nothing, entry: undefined, message: first, mayStash: false, batch }
    this.#mayStash = false
    try {
      const result = this.#receiver?.receiveBatch?.(batch, this.#context as ServedContext<M>)
      if (result instanceof Promise) this.#suspend(result, inHand)
      else this.#settle(undefined, 0, batch.length)
    } catch (error) {
      this.#failed(inHand, 'failed', error, true)
    }
    this.#mayStash = true
    return batch.length
  }

  #suspend(result: Promise<void>, inHand: InHand<M>): void {
    this.#inHand = inHand
    this.#host.suspended()
    this.#pending.wait(
      result,
      () => {
        this.#settle(inHand.entry, inHand.attempts, inHand.batch?.length ?? 1)
        this.#host.resumed()
      },
      (error) => {
        this.#failed(inHand, 'failed', error, true)
      },
    )
  }

  /** The handler has finished. */
  #settle(entry: unknown, attempts: number, count: number): void {
    const inbox = this.#inbox
    if (this.#inHand !== undefined) {
      this.#inHand = undefined
      this.#mayStash = false
    }
    if (this.#isStashing) {
      this.#isStashing = false
      const message = entry instanceof Replay ? entry.message : entry
      if (!inbox.stash(message, attempts) && inbox.rules.overflow === 'fail') {
        const { capacity } = inbox.rules
        this.#host.crashed(ACT_MAILBOX_FULL({ path: this.#host.path, capacity }))
        return
      }
    } else inbox.settled(count)
    if (entry instanceof Tick) entry.timers.handled(entry)
    if (this.#isListening) this.#context?.heard()
    inbox.admit()
    inbox.isWatchful = this.#isListening || inbox.hasOffers
  }

  /** The handler has failed, or was ended: the message comes again or is a dead letter. */
  #failed(
    inHand: InHand<M>,
    reason: 'failed' | 'killed',
    cause: unknown,
    isCrash: boolean = false,
  ): void {
    if (this.#inHand !== undefined) {
      this.#inHand = undefined
      this.#mayStash = false
    }
    this.#isStashing = false
    this.#giveBack(inHand, { reason, cause })
    this.#inbox.admit()
    if (!isCrash) return
    if (inHand.batch === undefined) this.#host.crashed(cause, inHand.message)
    else this.#host.crashed(cause)
  }

  #giveBack(inHand: InHand<M>, failure: Failure): void {
    const inbox = this.#inbox
    const { batch, entry, message, lane } = inHand
    if (batch !== undefined && batch.length > 1) {
      // Nobody knows which of them it was: that shows when they come one by one.
      inbox.bringBack(batch, lane, 0, failure)
      return
    }
    const attempts = inHand.attempts + 1
    const isSent = lane !== 'system' && !(entry instanceof Tick)
    if (isSent && attempts <= this.#rules.redeliver) {
      inbox.bringBack([message], lane, attempts, failure)
    } else inbox.deadLetter(message, lane, { ...failure, attempts })
  }
}

/** In hand by itself, for the first time. */
const nothing = { lane: 'user', attempts: 0, mayStash: true, batch: undefined } as const
