import { type StreamRuntime, waitMsMax } from './stream-runtime.ts'

const sleepers = new Map<string, Set<() => void>>()

/** Tells all in this process who wait for news of a store. Other processes look now and then. */
export function wake(path: string): void {
  const waiting = sleepers.get(path)
  sleepers.delete(path)
  for (const one of waiting ?? []) one()
}

/** Resolves after `delayMs` (at most a minute), on news of the store, or when `signal` aborts. */
export function sleep(
  path: string,
  delayMs: number,
  {
    runtime,
    signal,
  }: { readonly runtime: Pick<StreamRuntime, 'timer'>; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel()
      signal?.removeEventListener('abort', done)
      sleepers.get(path)?.delete(done)
      resolve()
    }
    const cancel = runtime.timer(Math.min(waitMsMax, Math.max(1, Math.ceil(delayMs))), done)
    const waiting = sleepers.get(path) ?? new Set()
    sleepers.set(path, waiting.add(done))
    signal?.addEventListener('abort', done)
    if (signal?.aborted === true) done()
  })
}
