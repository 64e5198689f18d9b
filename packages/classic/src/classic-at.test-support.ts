import type { Runtime } from '@millrace/base'
import { nodeRuntime } from '@millrace/job'
import { Classic, type ClassicOptions } from './classic.ts'

/** A Classic whose clock stands at a time, epoch ms. */
export function classicAt(nowMs: number, options: Omit<ClassicOptions, 'runtime'> = {}): Classic {
  return new Classic({ ...options, runtime: { ...nodeRuntime, now: () => nowMs } })
}

/** Resolves when the events that are there have gone as far as they can. */
export async function turns(count = 50): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nodeRuntime.yield()
}

/** Settled by hand: what a test opens as it likes. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: () => resolve() }
}

/** A clock that stands still until time is made to pass. */
export class Clock implements Runtime {
  ms = 0
  readonly #timers = new Set<{ readonly due: number; readonly task: () => void }>()
  readonly random = (): number => 0.5
  readonly schedule = (task: () => void): void => nodeRuntime.schedule(task)
  readonly yield = (): Promise<void> => nodeRuntime.yield()
  readonly now = (): number => this.ms
  readonly monotonic = (): number => this.ms

  readonly timer = (delayMs: number, task: () => void): (() => void) => {
    const timer = { due: this.ms + delayMs, task }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Time passes, timer by timer; after each, what follows from it happens. */
  async pass(durationMs: number): Promise<void> {
    const end = this.ms + durationMs
    await turns()
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next)
      this.ms = Math.max(this.ms, next.due)
      next.task()
      await turns(5)
    }
    this.ms = end
  }

  #next(end: number): { readonly due: number; readonly task: () => void } | undefined {
    const due = [...this.#timers].filter((timer) => timer.due <= end)
    return due.toSorted((a, b) => a.due - b.due)[0]
  }
}
