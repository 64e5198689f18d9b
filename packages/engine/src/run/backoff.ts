import { jobDefaults } from '@millrace/sdk'
import type { Backoff } from '../plan/error-policy.ts'

/** How long to wait after try `attempt` (from 1) failed, ms. `random` gives numbers in [0, 1). */
export function backoffMs(
  backoff: Backoff | undefined,
  attempt: number,
  random: () => number,
): number {
  const usual = jobDefaults.backoff
  const { minMs, maxMs, factor = usual.factor, jitter = usual.jitter } = backoff ?? usual
  const steady = Math.min(maxMs, minMs * factor ** (attempt - 1))
  if (jitter === 0) return steady
  return Math.min(maxMs, steady * (1 + jitter * (2 * random() - 1)))
}
