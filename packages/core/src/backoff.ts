import type { Backoff } from './actor.ts'

/** The delay after `count` restarts in a row: min(maxMs, minMs * factor^count), lengthened by `chance` (0 to 1) times `jitter`, within `maxMs`. */
export function backoffDelay(backoff: Backoff, count: number, chance: number): number {
  const { minMs, maxMs, factor = 2, jitter = 0 } = backoff
  if (minMs === 0) return 0
  return Math.min(maxMs, minMs * factor ** count * (1 + chance * jitter))
}

/** How long an incarnation must have run for the count to start again. */
export function resetAfterMs(backoff: Backoff): number {
  return backoff.resetAfterMs ?? (backoff.minMs + backoff.maxMs) / 2
}
