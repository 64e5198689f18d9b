import { RingBuffer, type Runtime } from '@millrace/base'

/** Something with work to do; `turn` handles up to `limit` messages and returns how many it did. */
export interface Runnable {
  /** Who it is, for simulations. */
  readonly path: string
  turn(limit: number): number
}

// Reading the clock costs several messages, so fast messages are counted in stretches of this many at most.
const stretchMax = 64
// Bounds a drain also under a virtual clock, which stands still meanwhile.
const stretchesMax = 4096

/**
 * The one queue of ready cells. A drain runs them in turn until nothing is left or the budget is spent, and then
 * continues through `runtime.schedule`, so that the event loop gets its turn. Where the runtime can, drains begin before
 * that turn, on what is left of the same budget: a turn costs as much as dozens of messages.
 */
export class RunQueue {
  readonly #runtime: Runtime
  readonly #budgetMs: number
  readonly #ready = new RingBuffer<Runnable>()
  /** A drain is to come. */
  #isScheduled = false
  #isTurnAwaited = false
  /** When the budget is spent; undefined after the event loop has had its turn. */
  #endMs: number | undefined

  constructor(runtime: Runtime, budgetMs: number) {
    this.#runtime = runtime
    this.#budgetMs = budgetMs
  }

  /** Queues work; the caller sees to it that nothing is queued twice. */
  add(runnable: Runnable): void {
    this.#ready.push(runnable)
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#runtime.soon?.(this.#drain)
    this.#awaitTurn()
  }

  #awaitTurn(): void {
    if (this.#isTurnAwaited) return
    this.#isTurnAwaited = true
    this.#runtime.schedule(this.#turn)
  }

  readonly #turn = (): void => {
    this.#isTurnAwaited = false
    this.#endMs = undefined
    if (!this.#isScheduled) return
    // Drains that begin before the next turn share its budget.
    if (this.#runtime.soon !== undefined) this.#awaitTurn()
    this.#drain()
  }

  readonly #drain = (): void => {
    if (!this.#isScheduled) return
    try {
      this.#run()
    } finally {
      this.#isScheduled = this.#ready.length > 0
      if (this.#isScheduled) this.#awaitTurn()
    }
  }

  #run(): void {
    let lastMs = this.#runtime.monotonic()
    const endMs = (this.#endMs ??= lastMs + this.#budgetMs)
    if (lastMs >= endMs) return
    // Starts at one and doubles while messages are quick: a slow handler is noticed at once.
    let stretch = 1
    for (let count = 0; count < stretchesMax; count++) {
      let left = stretch
      while (left > 0) {
        const runnable = this.#ready.shift()
        if (runnable === undefined) return
        left -= runnable.turn(left)
      }
      const nowMs = this.#runtime.monotonic()
      if (nowMs >= endMs) return
      const perMessageMs = (nowMs - lastMs) / stretch
      const affordable = Math.floor(this.#budgetMs / 8 / Math.max(perMessageMs, 1e-6))
      stretch = Math.max(1, Math.min(stretchMax, stretch * 2, affordable))
      lastMs = nowMs
    }
  }
}
