import { invariant } from '@millrace/base'
import type { StageSpec } from './job-spec.ts'

/** The most replicas of a stage. */
export const WORKERS_MAX = 64

/** Checks what the maker of a spec guarantees of a stage that runs several times. */
export function checkParallel({ by, factory, id, parallel }: StageSpec): void {
  if (parallel === undefined) return
  const { inFlight = 1, mode, workers } = parallel
  const isCount = Number.isInteger(workers) && workers >= 1 && workers <= WORKERS_MAX
  invariant(isCount, `"${id}" has from 1 to ${WORKERS_MAX} workers.`)
  invariant(Number.isInteger(inFlight) && inFlight >= 1, `"${id}" has 1 unit or more in flight.`)
  const isKeyed = by !== undefined && Object.values(by).length > 0
  invariant(isKeyed === (mode === 'keyed'), `"${id}" is keyed where it has by, and only there.`)
  const keepsNothing = isKeyed || workers === 1 || factory.traits.keeps === 'nothing'
  invariant(keepsNothing, `"${id}" keeps nothing, as it has several workers and no by.`)
}
