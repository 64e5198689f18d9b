import type { Runtime } from '@millrace/base'
import { inTime, TIMEOUT_MS } from '../run/in-time.ts'

interface Cleanup {
  readonly id: string
  readonly step: 'close' | 'dispose'
  readonly run: () => void | Promise<void>
}

/** What must be undone, in reverse, however far the start came. */
export class Cleanups {
  readonly #cleanups: Cleanup[] = []

  /** `id` and `step` name it where it takes too long. */
  add(id: string, step: Cleanup['step'], run: Cleanup['run']): void {
    this.#cleanups.push({ id, step, run })
  }

  /** Runs every step, or `only` those of one kind, last first, each once and no longer than 30 s; returns what they threw. */
  async run(runtime: Runtime, only?: Cleanup['step']): Promise<readonly unknown[]> {
    const errors: unknown[] = []
    const later: Cleanup[] = []
    for (let next = this.#cleanups.pop(); next !== undefined; next = this.#cleanups.pop()) {
      const { id, run, step } = next
      if (only !== undefined && step !== only) {
        later.unshift(next)
        continue
      }
      try {
        const ending = run()
        if (!(ending instanceof Promise)) continue
        await inTime(ending, { runtime, place: { id }, step, timeoutMs: TIMEOUT_MS })
      } catch (error) {
        errors.push(error)
      }
    }
    this.#cleanups.push(...later)
    return errors
  }
}
