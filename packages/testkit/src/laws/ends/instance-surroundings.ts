import { createRandom } from '@millrace/base'
import type { InstanceScope } from '@millrace/sdk'

/** What keeps somebody from an end. */
export type Wait = 'time' | 'for ever'

interface Due {
  readonly atMs: number
  readonly task: () => void
}

/** Real time that a part of the outside world gets, ms. */
const patienceMs = 5000

/** The surroundings of one instance under a law: chance and clock repeat themselves, and timers are due when nothing else goes on. */
export class InstanceSurroundings {
  #nowMs = 0
  readonly #due = new Set<Due>()

  /** What `create` gets beside its parameters. */
  scope(inputEnds: boolean): InstanceScope {
    const quiet = (): void => undefined
    return {
      id: 'part',
      instance: 0,
      inputEnds,
      clock: { now: () => 1_000_000_000_000 + this.#nowMs, monotonic: () => this.#nowMs },
      timer: (delayMs, task) => {
        const due = { atMs: this.#nowMs + delayMs, task }
        this.#due.add(due)
        return () => this.#due.delete(due)
      },
      random: createRandom(1),
      logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      metrics: { counter: () => ({ add: quiet }) },
    }
  }

  /**
   * What keeps `promise` from settling: nothing, nothing but a timer that is not due, or something that takes for ever. With
   * `moves`, time goes on whenever it waits for a timer.
   */
  async settled(promise: Promise<unknown>, moves: boolean): Promise<Wait | undefined> {
    let isSettled = false
    void promise.catch(() => undefined).finally(() => (isSettled = true))
    const startMs = performance.now()
    for (let turn = 0; ; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      if (isSettled) return undefined
      // Files and sockets need a few turns.
      const isLong = turn >= 20 && turn % 20 === 0
      if (isLong && this.#due.size > 0) {
        if (!moves) return 'time'
        this.#move()
      } else if (this.#due.size === 0 && performance.now() - startMs > patienceMs) return 'for ever'
      else if (turn > 200) await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  #move(): void {
    const [first] = [...this.#due].toSorted((a, b) => a.atMs - b.atMs)
    if (first === undefined) return
    this.#due.delete(first)
    this.#nowMs = Math.max(this.#nowMs, first.atMs)
    first.task()
  }
}
