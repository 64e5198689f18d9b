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
