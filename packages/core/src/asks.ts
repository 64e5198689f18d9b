import type { Alarms } from './alarms.ts'
import { ACT_ASK_DEAD, ACT_ASK_TIMEOUT } from './errors.ts'

interface PendingAsk {
  readonly message: unknown
  readonly fail: (error: unknown) => void
}

/** The questions one actor has not answered yet. */
export class Asks {
  readonly #path: string
  readonly #alarms: Alarms
  readonly #pending = new Set<PendingAsk>()

  constructor(path: string, alarms: Alarms) {
    this.#path = path
    this.#alarms = alarms
  }

  /** Makes the question, hands it to `send` and waits for the first reply. */
  open<M, R>(
    make: (reply: (value: R) => void) => M,
    timeoutMs: number,
    send: (message: M) => void,
  ): Promise<R> {
    return new Promise((resolve, reject) => {
      let isSettled = false
      const settle = (): boolean => {
        if (isSettled) return false
        isSettled = true
        if (alarm !== undefined) this.#alarms.clear(alarm)
        if (ask !== undefined) this.#pending.delete(ask)
        return true
      }
      let ask: PendingAsk | undefined
      const message = make((value) => {
        if (settle()) resolve(value)
      })
      const fail = (error: unknown): void => {
        if (settle()) reject(error)
      }
      const alarm = Number.isFinite(timeoutMs)
        ? this.#alarms.set(timeoutMs, () => {
            fail(ACT_ASK_TIMEOUT({ path: this.#path, timeoutMs }))
          })
        : undefined
      ask = { message, fail }
      this.#pending.add(ask)
      send(message)
    })
  }

  /** Rejects the question whose message was given up. */
  giveUp(message: unknown, cause: unknown): void {
    // Only an object can carry its own reply function, so only an object is told apart from its equals.
    if (typeof message !== 'object' || message === null) return
    for (const ask of this.#pending) {
      if (ask.message === message) ask.fail(ACT_ASK_DEAD({ path: this.#path }, {}, cause))
    }
  }

  /** Rejects all: the actor has ended. */
  giveUpAll(cause: unknown): void {
    for (const ask of this.#pending) ask.fail(ACT_ASK_DEAD({ path: this.#path }, {}, cause))
  }
}
