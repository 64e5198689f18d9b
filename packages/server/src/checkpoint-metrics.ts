import type { Progress } from '@millrace/job'
import type { MetricFamily } from './metric-family.ts'

/** Families of a job's checkpoints; none for a job without. */
export function checkpointMetrics(
  pipeline: string,
  figures: Progress['checkpoint'],
  nowMs: number,
): readonly MetricFamily[] {
  if (figures === undefined) return []
  const { count, durationMs, failures, stateBytes, time, writtenBytes } = figures
  const labels = { pipeline }
  const family = (
    name: string,
    help: string,
    value: number | undefined,
    type: MetricFamily['type'] = 'gauge',
  ): MetricFamily => ({ name, type, help, samples: value === undefined ? [] : [{ labels, value }] })
  return [
    family(
      'millrace_checkpoints_total',
      'Checkpoints that became durable in this run.',
      count,
      'counter',
    ),
    family(
      'millrace_checkpoint_failures_total',
      'Checkpoints that were begun in this run and did not become durable.',
      failures,
      'counter',
    ),
    family(
      'millrace_checkpoint_last_age_seconds',
      'Time since the last durable checkpoint was begun: what a restart would do again.',
      time === undefined ? undefined : Math.max(0, nowMs - time) / 1000,
    ),
    family(
      'millrace_checkpoint_last_duration_seconds',
      'How long the last durable checkpoint took, from its beginning until it was durable.',
      durationMs === undefined ? undefined : durationMs / 1000,
    ),
    family(
      'millrace_checkpoint_last_written_bytes',
      'Bytes that the last durable checkpoint has written.',
      writtenBytes,
    ),
    family(
      'millrace_checkpoint_state_bytes',
      'Bytes of all that the last durable checkpoint holds.',
      stateBytes,
    ),
  ]
}
