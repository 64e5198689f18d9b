import type { Runtime } from '@millrace/base'

/** The waits between two tries, in the job's time. A job that is stopped or over does not wait. */
export class Delays {
  readonly #runtime: Runtime
  readonly #pending = new Set<() => void>()
  #cut = false

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Resolves after `delayMs`, at once from `cutShort` on. */
  wait(delayMs: number): Promise<void> {
    if (this.#cut) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        this.#pending.delete(end)
        resolve()
      }
      const cancel = this.#runtime.timer(delayMs, end)
      this.#pending.add(end)
    })
  }

  /** Ends all waits, now and for ever. */
  cutShort(): void {
    this.#cut = true
    for (const end of this.#pending) end()
  }
}
