import { formatDuration } from '@millrace/base'
import type { JobRestart } from '@millrace/engine'
import { jobDefaults } from '@millrace/sdk'
import { CFG_MISSING } from '../errors.ts'
import { choices, innerKeys, policyKeys } from '../grammar/keys.ts'
import type { LoadContext } from '../load-context.ts'
import { readRestartBackoff } from './read-restart.ts'
import {
  placeOf,
  readChoice,
  readMap,
  readPositiveDuration,
  readWhole,
  type Place,
} from './read-value.ts'

interface Budget {
  readonly intensity: number
  readonly periodMs: number
}

/** `restart: { intensity, period, onEscalate }` of the pipeline. */
export function readJobRestart(place: Place, context: LoadContext): JobRestart {
  const entries = readMap(place, context, innerKeys.restart)?.entries ?? new Map()
  const inner = (key: string): Place => placeOf(entries, key, place.path, 'restart')
  const budget = readBudget(inner, { usual: jobDefaults.restart, least: 0 }, context)
  const onEscalate = readEscalation(inner('onEscalate'), context)
  return onEscalate === undefined ? budget : { ...budget, onEscalate }
}

/** `fail | restart | { restart: { intensity, period, backoff } }`. */
function readEscalation(place: Place, context: LoadContext): JobRestart['onEscalate'] {
  const { node, path } = place
  if (node === undefined) context.addDefault(path, 'fail')
  if (node?.kind !== 'map') {
    const choice = readChoice(place, context, choices.onEscalate)
    return choice === 'restart'
      ? { restart: readAnew({ ...place, node: undefined }, context) }
      : choice
  }
  const map = readMap(place, context, policyKeys.onEscalate)
  if (map === undefined) return undefined
  const restart = placeOf(map.entries, 'restart', path, 'onEscalate')
  if (restart.node === undefined) {
    const hint =
      'Write onEscalate: restart, or onEscalate: { restart: { intensity: 3, period: 1d } }.'
    context.faults.push(CFG_MISSING({ what: '"restart"', of: '"onEscalate"', hint }, map.where))
    return undefined
  }
  return { restart: readAnew(restart, context) }
}

function readAnew(place: Place, context: LoadContext): Budget & { backoff?: JobBackoff } {
  const entries = readMap(place, context, policyKeys.anew)?.entries ?? new Map()
  const path = place.path.endsWith('.restart') ? place.path : `${place.path}.restart`
  const inner = (key: string): Place => placeOf(entries, key, path, 'restart')
  const budget = readBudget(inner, { usual: jobDefaults.pipelineRestart, least: 1 }, context)
  const backoff = readRestartBackoff(inner('backoff'), context)
  return backoff === undefined ? budget : { ...budget, backoff }
}

type JobBackoff = NonNullable<ReturnType<typeof readRestartBackoff>>

function readBudget(
  inner: (key: string) => Place,
  { least, usual }: { readonly least: number; readonly usual: Budget },
  context: LoadContext,
): Budget {
  const [intensity, period] = [inner('intensity'), inner('period')]
  if (intensity.node === undefined) context.addDefault(intensity.path, usual.intensity)
  const shown = usual.periodMs % 1000 === 0 ? formatPeriod(usual.periodMs) : usual.periodMs
  if (period.node === undefined) context.addDefault(period.path, shown)
  return {
    intensity: readWhole(intensity, context, least) ?? usual.intensity,
    periodMs: readPositiveDuration(period, context) ?? usual.periodMs,
  }
}

/** As it was always shown: seconds up to an hour. */
function formatPeriod(periodMs: number): string {
  return periodMs < 3_600_000 ? `${periodMs / 1000}s` : formatDuration(periodMs)
}
