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

/** A clock that goes on only with the timers that are waited for. */
export class Clock implements Runtime {
  ms = 0
  readonly random = (): number => 0.5
  readonly schedule = (task: () => void): void => nodeRuntime.schedule(task)
  readonly yield = (): Promise<void> => nodeRuntime.yield()
  now = (): number => this.ms
  monotonic = (): number => this.ms

  timer = (delayMs: number, task: () => void): (() => void) => {
    const due = this.ms + delayMs
    return nodeRuntime.timer(0, () => {
      this.ms = Math.max(this.ms, due)
      task()
    })
  }
}
