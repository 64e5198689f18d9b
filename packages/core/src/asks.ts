import { Deadline, type Deadlines } from './deadlines.ts'
import { ACT_ASK_DEAD, ACT_ASK_LIMIT, ACT_ASK_TIMEOUT } from './errors.ts'

/** Who is sent the message of a question. */
export interface AskReceiver<M> {
  tell(message: M): void
  isAlive(): boolean
}

/** One question without an answer; it belongs to the actor that holds its message. */
class PendingAsk extends Deadline {
  holder: Asks
  /** Its place among those of its holder; -1 before it has one. */
  position = -1
  message: unknown = undefined
  readonly #reject: (error: unknown) => void
  isSettled = false

  constructor(holder: Asks, reject: (error: unknown) => void) {
    super()
    this.holder = holder
    this.#reject = reject
  }

  /** False if it was settled before; otherwise nothing is left of it but its promise. */
  settle(): boolean {
    if (this.isSettled) return false
    this.isSettled = true
    this.holder.forget(this)
    return true
  }

  fail(error: unknown): void {
    if (this.settle()) this.#reject(error)
  }

  expire(timeoutMs: number): void {
    this.fail(ACT_ASK_TIMEOUT({ path: this.holder.path, timeoutMs }))
  }
}

/** The questions one actor has not answered yet. */
export class Asks {
  readonly #address: { readonly path: string }
  readonly #deadlines: Deadlines
  readonly #pending: PendingAsk[] = []
  /** By message; made when one is looked for, because most actors answer all they are asked. */
  #index: Map<unknown, PendingAsk> | undefined

  constructor(address: { readonly path: string }, deadlines: Deadlines) {
    this.#address = address
    this.#deadlines = deadlines
  }

  get path(): string {
    return this.#address.path
  }

  get size(): number {
    return this.#pending.length
  }

  /** Makes the question, sends it and waits for the first reply. */
  open<M, R>(
    make: (reply: (value: R) => void) => M,
    timeoutMs: number,
    receiver: AskReceiver<M>,
  ): Promise<R> {
    // Null and texts compare as numbers do.
    if (!(typeof timeoutMs === 'number' && timeoutMs > 0)) {
      return Promise.reject(ACT_ASK_LIMIT({ path: this.#address.path, timeoutMs }))
    }
    return new Promise((resolve, reject) => {
      const ask = new PendingAsk(this, reject)
      const message = make((value) => {
        if (ask.settle()) resolve(value)
      })
      ask.message = message
      // It may have been answered while it was made; it is sent all the same.
      if (!ask.isSettled) {
        this.#add(ask)
        if (timeoutMs !== Infinity) this.#deadlines.add(ask, timeoutMs)
      }
      receiver.tell(message)
      if (!receiver.isAlive()) this.#fail(ask, undefined)
    })
  }

  forget(ask: PendingAsk): void {
    if (ask.position >= 0) this.#remove(ask)
    this.#deadlines.remove(ask)
  }

  /** Hands the question of `message` over to another actor, if there is one. */
  move(message: unknown, to: Asks): void {
    const ask = this.#find(message)
    if (ask === undefined) return
    this.#remove(ask)
    ask.holder = to
    to.#add(ask)
  }

  /** Rejects the question whose message was given up. */
  giveUp(message: unknown, cause: unknown): void {
    this.#fail(this.#find(message), cause)
  }

  /** Rejects all: the actor has ended. */
  giveUpAll(cause: unknown): void {
    // Each that fails leaves the list.
    for (const ask of this.#pending.slice()) this.#fail(ask, cause)
  }

  /** Rejects those whose message, or any that is equal to it, does not wait: it was taken, and who took it is gone. */
  giveUpTaken(waiting: ReadonlySet<unknown>, cause: unknown): void {
    for (const ask of this.#pending.slice()) {
      if (!waiting.has(ask.message)) this.#fail(ask, cause)
    }
  }

  #find(message: unknown): PendingAsk | undefined {
    if (!isOwn(message) || this.#pending.length === 0) return undefined
    this.#index ??= new Map(this.#pending.map((ask) => [ask.message, ask]))
    return this.#index.get(message)
  }

  #add(ask: PendingAsk): void {
    ask.position = this.#pending.length
    this.#pending.push(ask)
    this.#index?.set(ask.message, ask)
  }

  #remove(ask: PendingAsk): void {
    const last = this.#pending.pop()
    if (last !== undefined && last !== ask) {
      this.#pending[ask.position] = last
      last.position = ask.position
    }
    if (this.#pending.length === 0) this.#index = undefined
    else this.#index?.delete(ask.message)
  }

  #fail(ask: PendingAsk | undefined, cause: unknown): void {
    ask?.fail(ACT_ASK_DEAD({ path: this.#address.path }, {}, cause))
  }
}

/** Only an object can carry its own reply function and only a function can be one, so only these are told apart from their equals. */
function isOwn(message: unknown): boolean {
  return typeof message === 'function' || (typeof message === 'object' && message !== null)
}
