import type { Runtime } from '@millrace/base'
import { jobDefaults } from '@millrace/sdk'
import { ENG_SLOW } from '../errors.ts'
import { type Place, placeOf } from '../plan/place.ts'

/** How long anything asynchronous may take that a part does, unless its stage says otherwise. */
export const TIMEOUT_MS: number = jobDefaults.timeoutMs

/** For how long a step of a part is waited for. */
export interface Patience {
  readonly runtime: Runtime
  readonly place: Place
  /** What is waited for, such as `open`. */
  readonly step: string
  /** Infinity: no limit. */
  readonly timeoutMs: number
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Waits for a step, but not for ever: rejects with ENG_SLOW when its time is up, and with the reason of the signal.
 * What comes of the step later is ignored, so whoever must undo it looks after `promise` itself.
 */
export function inTime<T>(promise: Promise<T>, patience: Patience): Promise<T> {
  const { place, runtime, signal, step, timeoutMs } = patience
  return new Promise((resolve, reject) => {
    const stop = (): void => giveUp(signal?.reason)
    const cancel = Number.isFinite(timeoutMs)
      ? runtime.timer(timeoutMs, () => giveUp(slow(place, step, timeoutMs)))
      : undefined
    const settled = (): void => {
      cancel?.()
      signal?.removeEventListener('abort', stop)
    }
    const giveUp = (reason: unknown): void => {
      settled()
      reject(reason)
    }
    signal?.addEventListener('abort', stop)
    if (signal?.aborted === true) stop()
    promise.finally(settled).then(resolve, reject)
  })
}

/** The error of a step that took too long. */
export function slow(place: Place, step: string, timeoutMs: number): ReturnType<typeof ENG_SLOW> {
  return ENG_SLOW({ id: place.id, step, timeoutMs }, placeOf(place))
}
