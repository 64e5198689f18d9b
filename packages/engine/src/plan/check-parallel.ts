import { invariant } from '@millrace/base'
import { combinedOf, isSplit, jobDefaults, lanesOf, ordersOf, whyUnordered } from '@millrace/sdk'
import { resolvePolicy } from './error-policy.ts'
import type { JobSpec, SourceSpec, StageSpec } from './job-spec.ts'

/** Checks what the maker of a spec guarantees of a stage that runs several times. */
export function checkParallel(stage: StageSpec, spec: JobSpec): void {
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
  const orders = ordersOf(spec, stagesInLanes(spec))
  const why = whyUnordered(stage, orders, parks(stage, spec))
  invariant(why === undefined, `"${id}" ${why ?? 'has an order'}.`)
}

/** Checks what the maker of a spec guarantees of a source that several workers read. */
export function checkSplit(source: SourceSpec): void {
  if (!isSplit(source)) return
  const { factory, id, limit, recall, time, drain } = source
  const { workers = 0 } = source.parallel ?? {}
  const most = jobDefaults.parallel.workersMost
  const isCount = Number.isInteger(workers) && workers >= 1 && workers <= most
  invariant(isCount, `"${id}" has from 1 to ${most} workers.`)
  invariant(factory.traits.replay === 'position', `"${id}" can be read again from a position.`)
  const isOne = limit ?? recall ?? drain ?? time?.idleMs ?? time?.alignMs ?? time?.watermarks
  invariant(isOne === undefined, `"${id}" is told nothing that only one reader of all can do.`)
}

/** The stages that run with the workers of a source, and which source that is. */
export function stagesInLanes(spec: JobSpec): ReadonlyMap<string, string> {
  return lanesOf(spec, (stage) => parks(stage, spec))
}

/** The stages of which a first half runs with the workers of a source, and which source that is. */
export function combinedStages(spec: JobSpec): ReadonlyMap<string, string> {
  return combinedOf(spec, stagesInLanes(spec), (stage) => parks(stage, spec))
}

/** Whether records of a stage that fail wait. */
export function parks(stage: StageSpec, { onError }: JobSpec): boolean {
  return resolvePolicy(stage.onError ?? onError, 'fail').fate === 'park'
}
