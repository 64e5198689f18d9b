import type { MillraceError } from '@millrace/base'
import type { Backoff } from '@millrace/core'
import { jobDefaults } from '@millrace/sdk'
import { ENG_NOT_REPEATABLE } from '../errors.ts'
import type { JobSpec } from './job-spec.ts'
import { hasThreads } from './parallel-spec.ts'
import { placeOf } from './place.ts'

/** A budget of whole pipelines, with its defaults. */
export interface PipelineBudget {
  readonly intensity: number
  readonly periodMs: number
  readonly backoff: Backoff
}

/** The budget of a pipeline that begins anew; undefined: it never does. */
export function pipelineRestart({ restart }: JobSpec): PipelineBudget | undefined {
  const { onEscalate = 'fail' } = restart ?? {}
  if (onEscalate === 'fail') return undefined
  const own = onEscalate === 'restart' ? {} : onEscalate.restart
  const { intensity, periodMs } = jobDefaults.pipelineRestart
  return {
    intensity: own.intensity ?? intensity,
    periodMs: own.periodMs ?? periodMs,
    backoff: own.backoff ?? jobDefaults.backoff,
  }
}

/** The same where all that is lost is a worker thread: a job that can go on from its last checkpoint does so without being told. */
export function restartOfLost(spec: JobSpec): PipelineBudget | undefined {
  const own = pipelineRestart(spec)
  if (own !== undefined || !hasThreads(spec) || spec.checkpoint === undefined) return own
  if (whyUnrepeatable(spec) !== undefined) return undefined
  const { intensity, periodMs } = spec.restart ?? jobDefaults.restart
  return { intensity, periodMs, backoff: jobDefaults.backoff }
}

/**
 * A pipeline may begin anew only where that neither loses nor doubles a record: from the beginning of its input with sinks that
 * replace their output, or from its last checkpoint with sinks that deliver exactly once. Throws ENG_NOT_REPEATABLE.
 */
export function checkRepeatable(spec: JobSpec): void {
  const reason = pipelineRestart(spec) && whyUnrepeatable(spec)
  if (reason !== undefined) throw reason
}

/** Why a pipeline cannot begin anew; undefined: it can. */
export function whyUnrepeatable(spec: JobSpec): MillraceError | undefined {
  for (const source of spec.sources) {
    if (source.factory.traits.replay === 'position') continue
    return ENG_NOT_REPEATABLE({ kind: 'source', id: source.id }, placeOf(source))
  }
  const hasCheckpoints = spec.checkpoint !== undefined
  for (const sink of [...spec.sinks, ...(spec.deadLetter === undefined ? [] : [spec.deadLetter])]) {
    const { delivers, replaces } = sink.factory.traits
    if (hasCheckpoints ? delivers === 'exactlyOnce' : replaces === true) continue
    return ENG_NOT_REPEATABLE({ kind: 'sink', id: sink.id, hasCheckpoints }, placeOf(sink))
  }
  return undefined
}
