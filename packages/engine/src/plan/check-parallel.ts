import { invariant } from '@millrace/base'
import { jobDefaults, whyUnordered } from '@millrace/sdk'
import { resolvePolicy } from './error-policy.ts'
import type { JobSpec, StageSpec } from './job-spec.ts'

/** Checks what the maker of a spec guarantees of a stage that runs several times. */
export function checkParallel(stage: StageSpec, { onError, stages }: JobSpec): void {
  const { by, factory, id, parallel } = stage
  if (parallel === undefined) return
  const { inFlight = 1, mode, workers } = parallel
  const most = jobDefaults.parallel.workersMost
  const isCount = Number.isInteger(workers) && workers >= 1 && workers <= most
  invariant(isCount, `"${id}" has from 1 to ${most} workers.`)
  invariant(Number.isInteger(inFlight) && inFlight >= 1, `"${id}" has 1 unit or more in flight.`)
  const isKeyed = by !== undefined && Object.values(by).length > 0
  invariant(isKeyed === (mode === 'keyed'), `"${id}" is keyed where it has by, and only there.`)
  const hasState = factory.traits.keeps === 'state' && !isKeyed && workers > 1 && mode !== 'serial'
  invariant(!hasState, `"${id}" keeps no state, as it has several workers and no by.`)
  const isContest = mode === 'latestWins' || mode === 'race'
  invariant(!isContest || parallel.runs === 'async', `"${id}" has all its workers in one thread.`)
  const { fate } = resolvePolicy(stage.onError ?? onError, 'fail')
  const why = whyUnordered(stage, stages, fate === 'park')
  invariant(why === undefined, `"${id}" ${why ?? 'has an order'}.`)
}
