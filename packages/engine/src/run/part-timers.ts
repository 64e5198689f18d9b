import type { Runtime } from '@millrace/base'

/** The timers of one instance of a part: they end with it, and what they throw is told instead of ending the process. */
export class PartTimers {
  readonly #runtime: Runtime
  readonly #pending = new Set<() => void>()
  /** Which instance they belong to, from 0. */
  instance = 0
  /** Told what a timer threw. */
  crashed: (error: unknown) => void = () => {}

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  readonly set = (delayMs: number, task: () => void): (() => void) => {
    const cancel = this.#runtime.timer(delayMs, () => {
      this.#pending.delete(cancel)
      try {
        task()
      } catch (error) {
        this.crashed(error)
      }
    })
    this.#pending.add(cancel)
    return () => {
      this.#pending.delete(cancel)
      cancel()
    }
  }

  /** The instance has ended. */
  clear(): void {
    this.instance++
    for (const cancel of this.#pending) cancel()
    this.#pending.clear()
  }
}
