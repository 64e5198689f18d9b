import type { Alarm, Alarms } from './alarms.ts'
import { ACT_ASK_DEAD, ACT_ASK_TIMEOUT } from './errors.ts'

/** Who is sent the message of a question. */
export interface AskReceiver<M> {
  tell(message: M): void
  isAlive(): boolean
}

/** One question without an answer; it belongs to the actor that holds its message. */
class PendingAsk {
  holder: Asks
  key: unknown = this
  alarm: Alarm | undefined
  readonly #reject: (error: unknown) => void
  #isSettled = false

  constructor(holder: Asks, reject: (error: unknown) => void) {
    this.holder = holder
    this.#reject = reject
  }

  /** False if it was settled before; otherwise nothing is left of it but its promise. */
  settle(): boolean {
    if (this.#isSettled) return false
    this.#isSettled = true
    this.holder.forget(this)
    return true
  }

  fail(error: unknown): void {
    if (this.settle()) this.#reject(error)
  }
}

/** The questions one actor has not answered yet. */
export class Asks {
  readonly #address: { readonly path: string }
  readonly #alarms: Alarms
  readonly #pending = new Map<unknown, PendingAsk>()

  constructor(address: { readonly path: string }, alarms: Alarms) {
    this.#address = address
    this.#alarms = alarms
  }

  get size(): number {
    return this.#pending.size
  }

  /** Makes the question, sends it and waits for the first reply. */
  open<M, R>(
    make: (reply: (value: R) => void) => M,
    timeoutMs: number,
    receiver: AskReceiver<M>,
  ): Promise<R> {
    return new Promise((resolve, reject) => {
      const ask = new PendingAsk(this, reject)
      const message = make((value) => {
        if (ask.settle()) resolve(value)
      })
      this.#take(ask, message)
      if (Number.isFinite(timeoutMs)) {
        ask.alarm = this.#alarms.set(timeoutMs, () => {
          ask.fail(ACT_ASK_TIMEOUT({ path: ask.holder.#address.path, timeoutMs }))
        })
      }
      receiver.tell(message)
      if (!receiver.isAlive()) this.#fail(ask, undefined)
    })
  }

  forget(ask: PendingAsk): void {
    this.#pending.delete(ask.key)
    if (ask.alarm !== undefined) this.#alarms.clear(ask.alarm)
  }

  /** Hands the question of `message` over to another actor, if there is one. */
  move(message: unknown, to: Asks): void {
    const ask = this.#pending.get(message)
    if (ask === undefined) return
    this.#pending.delete(message)
    ask.holder = to
    to.#take(ask, message)
  }

  /** Rejects the question whose message was given up. */
  giveUp(message: unknown, cause: unknown): void {
    this.#fail(this.#pending.get(message), cause)
  }

  /** Rejects all: the actor has ended. */
  giveUpAll(cause: unknown): void {
    for (const ask of this.#pending.values()) this.#fail(ask, cause)
  }

  /** Rejects those whose message was taken: who took it is gone. */
  giveUpTaken(waiting: ReadonlySet<unknown>, cause: unknown): void {
    for (const [key, ask] of this.#pending) {
      if (key !== ask && !waiting.has(key)) this.#fail(ask, cause)
    }
  }

  #take(ask: PendingAsk, message: unknown): void {
    // Only an object can carry its own reply function, so only an object is told apart from its equals.
    const isOwn = typeof message === 'object' && message !== null && !this.#pending.has(message)
    ask.key = isOwn ? message : ask
    this.#pending.set(ask.key, ask)
  }

  #fail(ask: PendingAsk | undefined, cause: unknown): void {
    ask?.fail(ACT_ASK_DEAD({ path: this.#address.path }, {}, cause))
  }
}
