import type { Runtime } from '@millrace/base'

/** The waits between two tries, in the job's time. A job that is stopped or over does not wait. */
export class Delays {
  readonly #runtime: Runtime
  readonly #pending = new Set<() => void>()
  #cut = false

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Resolves after `delayMs`, and at once when `signal` aborts or waits are cut short. */
  wait(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (this.#cut || signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        signal?.removeEventListener('abort', end)
        this.#pending.delete(end)
        resolve()
      }
      const cancel = this.#runtime.timer(delayMs, end)
      signal?.addEventListener('abort', end)
      this.#pending.add(end)
    })
  }

  /** Ends all waits, now and for ever. */
  cutShort(): void {
    this.#cut = true
    for (const end of this.#pending) end()
  }
}
