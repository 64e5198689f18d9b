import type { Progress } from '@millrace/job'
import { describe, expect, it } from 'vitest'
import { answer, paths, type View } from './answer.ts'
import { EventLoopDelay } from './event-loop-delay.ts'
import { readExposition } from './exposition.test-support.ts'
import { expositionType } from './metric-family.ts'
import type { ServedJob } from './served-job.ts'

const progress: Progress = {
  state: 'running',
  elapsedMs: 61_500,
  resources: [{ id: 'geo', module: 'table', metrics: { lookups: 7 } }],
  sources: [
    {
      id: 'flights',
      module: 'file',
      read: 100,
      sent: 99,
      malformed: 1,
      bytes: 4096,
      bytesTotal: 8192,
    },
    {
      id: 'live',
      module: 'socket',
      read: 0,
      sent: 0,
      malformed: 0,
      bytes: 0,
      bytesTotal: undefined,
    },
  ],
  stages: [
    {
      id: 'hourly',
      module: '@millrace/window',
      in: 99,
      used: 90,
      filtered: 2,
      late: 1,
      dead: 1,
      dropped: 1,
      held: 4,
      sent: { out: 12, late: 0 },
      reasons: { 'where is false': 2 },
      stateEntries: { panes: 33 },
      stateExpired: { panes: 5 },
      timers: 3,
      metrics: { 'odd "name"\n': 2 },
    },
  ],
  sinks: [{ id: 'sink', module: 'file', received: 12, written: 10, rejected: 1, held: 1 }],
  workers: { hourly: 3 },
  deadLetters: 2,
  pipelineRestarts: 1,
}

const served = (more: Partial<Progress> = {}): ServedJob => ({
  progress: () => ({ ...progress, ...more }),
  gauges: () => [
    { id: 'flights', kind: 'source', queued: 0, watermarkMs: 999_500, restarts: 1 },
    { id: 'live', kind: 'source', queued: 0, watermarkMs: undefined, restarts: 0 },
    { id: 'hourly', kind: 'stage', queued: 8, watermarkMs: 990_000, restarts: 2 },
    { id: 'sink', kind: 'sink', queued: 1, watermarkMs: undefined, restarts: 0 },
  ],
})

const delay = new EventLoopDelay()
const view = (job: ServedJob | undefined): View => ({
  name: 'late-flights',
  version: '1.2.3',
  job,
  delay,
  nowMs: 1_000_000,
})
const metrics = (job: ServedJob | undefined) =>
  readExposition(answer('GET', '/metrics', view(job)).body)

describe('/health and /ready', () => {
  it.each([
    ['starting', 200, 503, 'the job is starting'],
    ['running', 200, 200, undefined],
    ['restarting', 200, 503, 'the pipeline failed and is about to begin anew'],
    ['stopping', 200, 503, 'the job is stopping'],
    ['draining', 200, 503, 'the job is draining'],
    ['completed', 200, 503, 'the job is done'],
    ['stopped', 200, 503, 'the job has stopped'],
    ['failed', 503, 503, 'the job has failed'],
  ] as const)('of a job that is %s are %i and %i', (state, health, ready, reason) => {
    const of = (path: string) => answer('GET', path, view(served({ state })))

    const facts = { job: 'late-flights', state, elapsedSeconds: 62 }
    expect(of('/health')).toMatchObject({ status: health, type: 'application/json; charset=utf-8' })
    expect(JSON.parse(of('/health').body)).toEqual({
      status: health === 200 ? 'ok' : 'failed',
      ...facts,
    })
    expect(of('/ready').status).toBe(ready)
    expect(JSON.parse(of('/ready').body)).toEqual(
      reason === undefined ? { ready: true, ...facts } : { ready: false, reason, ...facts },
    )
  })

  it('of a job that has not begun to start are 200 and 503', () => {
    const of = (path: string) => answer('GET', path, view(undefined))

    expect([of('/health').status, of('/ready').status]).toEqual([200, 503])
    expect(JSON.parse(of('/ready').body)).toEqual({
      ready: false,
      reason: 'the job is starting',
      job: 'late-flights',
      state: 'starting',
      elapsedSeconds: 0,
    })
  })
})

describe('other requests', () => {
  it('to / get the list of paths', () => {
    const { body, status } = answer('GET', '/?x=1', view(undefined))

    expect(status).toBe(200)
    expect(body).toBe(`millrace 1.2.3, job late-flights
/         this list
/health   200 while the job has not failed, else 503
/ready    200 while the job runs, else 503 with the reason
/metrics  figures as Prometheus text, format 0.0.4
`)
  })

  it('to unknown paths get 404 and the paths there are, whatever the method', () => {
    const targets = ['/nothing', '/health/', '', '/__proto__', '/toString']

    for (const target of targets) expect(answer('POST', target, view(undefined)).status).toBe(404)
    expect(answer('GET', '/x?y', view(undefined)).body).toBe(
      'There is nothing at /x. There are: /, /health, /ready, /metrics\n',
    )
  })

  it('that would change something get 405', () => {
    for (const path of Object.keys(paths)) {
      expect(answer('POST', path, view(undefined)).status).toBe(405)
      expect(answer('HEAD', path, view(served())).status).toBe(200)
    }
  })

  it('get 500 where the figures cannot be had', () => {
    const broken: ServedJob = {
      ...served(),
      progress: () => {
        throw new Error('gone')
      },
    }

    expect(answer('GET', '/metrics', view(broken))).toMatchObject({
      status: 500,
      body: '/metrics failed: Error: gone\n',
    })
  })
})

describe('/metrics', () => {
  it('gives every count and gauge of the job in base units, with labels that say whose it is', () => {
    const read = metrics(served())

    const shown = [...read].flatMap(([name, { samples, type }]) =>
      name.startsWith('millrace_') && type !== 'histogram' && name !== 'millrace_build_info'
        ? samples.map(({ labels, value }) => `${name} ${Object.values(labels).join(' ')} ${value}`)
        : [],
    )
    const { labels } = read.get('millrace_stage_emitted_records_total')?.samples[0] ?? {}
    expect(labels).toEqual({
      pipeline: 'late-flights',
      stage: 'hourly',
      module: '@millrace/window',
      output: 'out',
    })
    expect(shown.join('\n')).toMatchInlineSnapshot(`
      "millrace_job_up late-flights 1
      millrace_job_state late-flights starting 0
      millrace_job_state late-flights running 1
      millrace_job_state late-flights restarting 0
      millrace_job_state late-flights stopping 0
      millrace_job_state late-flights draining 0
      millrace_job_state late-flights completed 0
      millrace_job_state late-flights stopped 0
      millrace_job_state late-flights failed 0
      millrace_job_run_seconds late-flights 61.5
      millrace_pipeline_restarts_total late-flights 1
      millrace_dead_letters_total late-flights 2
      millrace_source_read_records_total late-flights flights file 100
      millrace_source_read_records_total late-flights live socket 0
      millrace_source_sent_records_total late-flights flights file 99
      millrace_source_sent_records_total late-flights live socket 0
      millrace_source_malformed_records_total late-flights flights file 1
      millrace_source_malformed_records_total late-flights live socket 0
      millrace_source_read_bytes_total late-flights flights file 4096
      millrace_source_read_bytes_total late-flights live socket 0
      millrace_source_size_bytes late-flights flights file 8192
      millrace_source_watermark_seconds late-flights flights file 999.5
      millrace_source_watermark_lag_seconds late-flights flights file 0.5
      millrace_source_restarts_total late-flights flights file 1
      millrace_source_restarts_total late-flights live socket 0
      millrace_stage_received_records_total late-flights hourly @millrace/window 99
      millrace_stage_used_records_total late-flights hourly @millrace/window 90
      millrace_stage_filtered_records_total late-flights hourly @millrace/window 2
      millrace_stage_late_records_total late-flights hourly @millrace/window 1
      millrace_stage_dead_records_total late-flights hourly @millrace/window 1
      millrace_stage_dropped_records_total late-flights hourly @millrace/window 1
      millrace_stage_held_records late-flights hourly @millrace/window 4
      millrace_stage_emitted_records_total late-flights hourly @millrace/window out 12
      millrace_stage_emitted_records_total late-flights hourly @millrace/window late 0
      millrace_stage_state_entries late-flights hourly @millrace/window panes 33
      millrace_stage_state_expired_entries_total late-flights hourly @millrace/window panes 5
      millrace_stage_timers late-flights hourly @millrace/window 3
      millrace_stage_workers late-flights hourly @millrace/window 3
      millrace_stage_queued_records late-flights hourly @millrace/window 8
      millrace_stage_watermark_seconds late-flights hourly @millrace/window 990
      millrace_stage_watermark_lag_seconds late-flights hourly @millrace/window 10
      millrace_stage_restarts_total late-flights hourly @millrace/window 2
      millrace_sink_received_records_total late-flights sink file 12
      millrace_sink_written_records_total late-flights sink file 10
      millrace_sink_rejected_records_total late-flights sink file 1
      millrace_sink_held_records late-flights sink file 1
      millrace_sink_queued_records late-flights sink file 1
      millrace_sink_restarts_total late-flights sink file 0
      millrace_part_counted_total late-flights geo table lookups 7
      millrace_part_counted_total late-flights hourly @millrace/window odd "name"
       2"
    `)
  })

  it('says before the start that there is no job yet, and how the process does', () => {
    const read = metrics(undefined)

    expect([...read.keys()]).toEqual([
      'millrace_job_up',
      'millrace_job_state',
      'millrace_build_info',
      'process_start_time_seconds',
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_heap_size_total_bytes',
      'nodejs_heap_size_used_bytes',
      'nodejs_external_memory_bytes',
      'nodejs_array_buffers_bytes',
      'millrace_event_loop_delay_seconds',
    ])
    expect(read.get('millrace_job_up')?.samples[0]?.value).toBe(0)
    expect(read.get('millrace_build_info')?.samples[0]?.labels).toEqual({
      version: '1.2.3',
      node: process.versions.node,
    })
    expect(read.get('process_resident_memory_bytes')?.samples[0]?.value).toBeGreaterThan(1e6)
  })

  it('gives figures of checkpoints where there are any', () => {
    const names = (checkpoint: Progress['checkpoint']): string[] =>
      [...metrics(served({ checkpoint }))].flatMap(([name, { samples }]) =>
        name.includes('checkpoint') ? [`${name} ${samples[0]?.value}`] : [],
      )

    expect(names(undefined)).toEqual([])
    const none = {
      number: 0,
      time: undefined,
      durationMs: undefined,
      count: 0,
      failures: 0,
      writtenBytes: undefined,
      stateBytes: undefined,
      isPending: true,
    }
    expect(names(none)).toEqual([
      'millrace_checkpoints_total 0',
      'millrace_checkpoint_failures_total 0',
    ])
    const bytes = { writtenBytes: 500, stateBytes: 2000 }
    const some = { ...none, ...bytes, number: 9, count: 3, failures: 1, time: 990_000 }
    expect(names({ ...some, durationMs: 40 })).toEqual([
      'millrace_checkpoints_total 3',
      'millrace_checkpoint_failures_total 1',
      'millrace_checkpoint_last_age_seconds 10',
      'millrace_checkpoint_last_duration_seconds 0.04',
      'millrace_checkpoint_last_written_bytes 500',
      'millrace_checkpoint_state_bytes 2000',
    ])
  })

  it('names its type, with the version of the format', () => {
    expect(answer('GET', '/metrics', view(undefined)).type).toBe(expositionType)
    expect(expositionType).toBe('text/plain; version=0.0.4; charset=utf-8')
  })
})

it('the delay of the event loop is counted in buckets that contain the smaller ones', () => {
  const own = new EventLoopDelay()

  for (const seconds of [0, 0.001, 0.003, 0.3, 9]) own.add(seconds)
  const read = readExposition(answer('GET', '/metrics', { ...view(undefined), delay: own }).body)

  const { samples = [] } = read.get('millrace_event_loop_delay_seconds') ?? {}
  expect(samples.map(({ labels: { le }, value }) => [le, value])).toEqual([
    ['0.001', 2],
    ['0.002', 2],
    ['0.005', 3],
    ['0.01', 3],
    ['0.02', 3],
    ['0.05', 3],
    ['0.1', 3],
    ['0.25', 3],
    ['0.5', 4],
    ['1', 4],
    ['2.5', 4],
    ['+Inf', 5],
    [undefined, 9.304],
    [undefined, 5],
  ])
})
