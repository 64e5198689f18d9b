import { ENG_LIMIT } from '../errors.ts'
import type { JobSpec } from './job-spec.ts'
import { pipelineRestart } from './pipeline-restart.ts'
import { type Place, placeOf } from './place.ts'

/** Budgets and limits of time must be such that something can happen within them. Throws ENG_LIMIT. */
export function checkLimits(spec: JobSpec): void {
  for (const part of [...spec.stages, ...spec.sinks, ...(spec.deadLetter ? [spec.deadLetter] : [])])
    isPositive('timeoutMs', part.timeoutMs, part)
  isBudget('restart', spec.restart)
  isBudget('restart.onEscalate.restart', pipelineRestart(spec))
}

function isBudget(
  name: string,
  budget: { readonly intensity: number; readonly periodMs: number } | undefined,
): void {
  if (budget === undefined) return
  const { intensity, periodMs } = budget
  isPositive(`${name}.periodMs`, periodMs)
  if (intensity === Infinity || (Number.isInteger(intensity) && intensity >= 0)) return
  const expected = 'a whole number from 0 on'
  throw ENG_LIMIT({ name: `${name}.intensity`, of: 'the job', expected, got: String(intensity) })
}

function isPositive(name: string, value: number | undefined, part?: Place): void {
  if (value === undefined || value > 0) return
  const of = part === undefined ? 'the job' : `"${part.id}"`
  const details = { name, of, expected: 'a number of ms above 0', got: String(value) }
  throw ENG_LIMIT(details, part === undefined ? {} : placeOf(part))
}
