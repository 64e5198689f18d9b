import type { Runtime } from '@millrace/base'

/** The timers of one instance of a part: they end with it, and what they throw is told instead of ending the process. */
export class PartTimers {
  readonly #runtime: Runtime
  readonly #pending = new Set<() => void>()
  /** Which instance they belong to, from 0. */
  instance = 0
  /** A timer is running its task. */
  isFiring = false
  /** The stage has a whole batch in hand. */
  isInBatch = false
  /** Told what a timer threw. */
  crashed: (error: unknown) => void = () => {}
  /** Told when a clock timer of the stage is due. */
  due: () => void = () => {}

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  readonly set = (delayMs: number, task: () => void): (() => void) => {
    const cancel = this.#runtime.timer(delayMs, () => {
      this.#pending.delete(cancel)
      this.isFiring = true
      try {
        task()
      } catch (error) {
        this.crashed(error)
      } finally {
        this.isFiring = false
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
