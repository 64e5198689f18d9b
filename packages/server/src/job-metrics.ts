import type { Progress } from '@millrace/job'
import { checkpointMetrics } from './checkpoint-metrics.ts'
import type { Labels, MetricFamily, Sample } from './metric-family.ts'
import { partMetrics } from './part-metrics.ts'
import type { ServedJob } from './served-job.ts'

/** States of a job, as `progress()` names them. */
const states: readonly Progress['state'][] = [
  'starting',
  'running',
  'restarting',
  'stopping',
  'draining',
  'completed',
  'stopped',
  'failed',
]

/** Where records are on their way. */
const up: ReadonlySet<Progress['state']> = new Set(['running', 'stopping', 'draining'])

/**
 * All that is measured of a job. `pipeline` is its name: the label `job` belongs to Prometheus. Before the job has started
 * (undefined) there is nothing but its state. Counts begin anew when the pipeline does, which Prometheus takes for a reset.
 */
export function jobMetrics(
  pipeline: string,
  job: ServedJob | undefined,
  nowMs: number,
): readonly MetricFamily[] {
  const progress = job?.progress()
  const { state = 'starting' } = progress ?? {}
  const one = (value: number, more: Labels = {}): Sample => ({
    labels: { pipeline, ...more },
    value,
  })
  const families: MetricFamily[] = [
    {
      name: 'millrace_job_up',
      type: 'gauge',
      help: 'Whether records are on their way: 1 while the job runs, stops or drains.',
      samples: [one(up.has(state) ? 1 : 0)],
    },
    {
      name: 'millrace_job_state',
      type: 'gauge',
      help: 'State of the job: 1 for the one it is in.',
      samples: states.map((name) => one(name === state ? 1 : 0, { state: name })),
    },
  ]
  if (job === undefined || progress === undefined) return families
  families.push(
    {
      name: 'millrace_job_run_seconds',
      type: 'gauge',
      help: 'Time since the job started.',
      samples: [one(progress.elapsedMs / 1000)],
    },
    {
      name: 'millrace_pipeline_restarts_total',
      type: 'counter',
      help: 'How often the whole pipeline began anew after a failure.',
      samples: [one(progress.pipelineRestarts)],
    },
    {
      name: 'millrace_dead_letters_total',
      type: 'counter',
      help: 'Records that failed and went to the dead letters.',
      samples: [one(progress.deadLetters)],
    },
  )
  return [
    ...families,
    ...partMetrics(pipeline, progress, job.gauges(), nowMs),
    ...checkpointMetrics(pipeline, progress.checkpoint, nowMs),
  ]
}
