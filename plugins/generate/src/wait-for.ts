import type { Runtime } from '@millrace/base'

/** Longest wait in one go: a timer of the system holds no more than 24 days. */
const waitMsMax = 60_000

/** Resolves after at least `delayMs` (at most a minute), or as soon as `signal` aborts. */
export function waitFor(
  delayMs: number,
  signal: AbortSignal,
  timer: Runtime['timer'],
): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = timer(Math.min(waitMsMax, Math.max(1, Math.ceil(delayMs))), done)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
