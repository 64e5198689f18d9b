import type { SinkInstance, StageInstance } from '@millrace/sdk'
import { createManualRuntime, type ManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'
import type { StageSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import { createJob } from './create-job.ts'
import type { EngineJob } from './engine-job.ts'
import {
  from,
  job,
  type ListSink,
  listSink,
  listSource,
  stage,
} from './engine-parts.test-support.ts'

const never = (): Promise<void> => new Promise(() => {})

interface Parts {
  readonly source?: object
  readonly stage?: StageInstance
  readonly sink?: Partial<SinkInstance>
  readonly timeoutMs?: number
  readonly dispose?: () => Promise<void>
}

interface Setup {
  readonly runtime: ManualRuntime
  readonly running: EngineJob
  readonly sink: ListSink
}

function setup({ timeoutMs, ...parts }: Parts): Setup {
  const runtime = createManualRuntime()
  const sink = listSink('sink', [from('stage')], parts.sink)
  const source = listSource([[1, 2]])
  const create = () => ({ read: () => [{ values: [1, 2] }], ...parts.source })
  const middle: StageSpec = stage(
    'stage',
    'source',
    { process: (n: number) => n, ...parts.stage },
    { timeoutMs },
  )
  const dispose = parts.dispose ?? middle.factory.dispose
  const running = createJob(
    job({
      sources: [{ ...source, factory: { ...source.factory, create } }],
      stages: [{ ...middle, factory: { ...middle.factory, dispose } }],
      sinks: [sink],
    }),
    { runtime },
  )
  return { runtime, running, sink }
}

/** Runs a job that hangs: it must still run just before `limitMs` and end soon after. */
async function endsAfter(limitMs: number, parts: Parts): Promise<Summary> {
  const { runtime, running } = setup(parts)
  const run = running.run()
  await runtime.elapse(limitMs - 1)
  expect(['starting', 'running']).toContain(running.progress().state)
  await runtime.elapse(1)
  // A write under way has five seconds more before the sink aborts.
  await runtime.elapse(5000)
  return run
}

it.each<[string, Parts]>([
  ['open of "source"', { source: { open: never } }],
  ['open of "source"', { source: { partitions: never } }],
  ['open of "stage"', { stage: { open: never }, timeoutMs: 50 }],
  ['onEnd of "stage"', { stage: { onEnd: never } }],
  ['open of "sink"', { sink: { open: never } }],
  ['write of "sink"', { sink: { write: never } }],
  ['flush of "sink"', { sink: { flush: never } }],
  ['commit of "sink"', { sink: { commit: never } }],
])('fails the job when %s takes longer than 30 s', async (what, parts) => {
  const summary = await endsAfter(30_000, parts)

  expect(summary.state).toBe('failed')
  expect(summary.error?.code).toBe('ENG_SLOW')
  expect(summary.error?.message).toBe(`${what} was not finished within 30s.`)
})

it('takes the timeout of a stage for its onEnd, and for its open where that is longer', async () => {
  const ending = await endsAfter(50, { stage: { onEnd: never }, timeoutMs: 50 })
  const opening = await endsAfter(60_000, { stage: { open: never }, timeoutMs: 60_000 })

  expect(ending.error?.message).toBe('onEnd of "stage" was not finished within 50ms.')
  expect(ending.error?.hint).toBe(
    'Check that what "stage" connects to answers; a stage that needs longer can raise its `timeout`.',
  )
  expect(opening.error?.message).toBe('open of "stage" was not finished within 1m.')
})

it.each<[string, Parts]>([
  ['close of "source"', { source: { close: never } }],
  ['close of "stage"', { stage: { close: never } }],
  ['dispose of "stage"', { dispose: never }],
  ['close of "sink"', { sink: { close: never } }],
])('goes on without it, and says so, when %s takes longer than 30 s', async (what, parts) => {
  const summary = await endsAfter(30_000, parts)

  expect(summary.state).toBe('completed')
  expect(summary.warnings).toEqual([`Closing failed: ${what} was not finished within 30s.`])
})

it('waits as long as a reader likes where the sink says so', async () => {
  const releases: (() => void)[] = []
  const hold = (): Promise<void> => new Promise((resolve) => void releases.push(resolve))
  const { runtime, running } = setup({ sink: { untimed: true, write: hold, flush: hold } })

  const run = running.run()
  for (let step = 0; step < 2; step++) {
    await runtime.elapse(600_000)
    releases.pop()?.()
  }
  await runtime.settle()
  const summary = await run

  expect(summary.state).toBe('completed')
  expect(summary.sinks[0]?.written).toBe(2)
})

it('leaves no timer behind when a job ends in time', async () => {
  const now = (): Promise<void> => Promise.resolve()
  const { runtime, running } = setup({
    source: { open: now },
    stage: { open: now, onEnd: now, close: now },
    sink: { open: now, write: now, flush: now, commit: now, close: now },
  })
  let timers = 0
  const { timer } = runtime
  runtime.timer = (delayMs, task) => {
    timers++
    const cancel = timer(delayMs, task)
    return () => {
      timers--
      cancel()
    }
  }

  const run = running.run()
  await runtime.settle()
  const summary = await run

  expect(summary.state).toBe('completed')
  expect(timers).toBe(0)
})

it('aborts at once while a part is being opened or created, and closes it also when it comes late', async () => {
  const calls: string[] = []
  const close = (): void => void calls.push('close')
  const opening = setup({ stage: { open: never, close } })
  const creating = setup({})
  const { spec } = creating.running
  const made: ((instance: SinkInstance) => void)[] = []
  const create = (): Promise<SinkInstance> => new Promise((resolve) => void made.push(resolve))
  const factory = { ...creating.sink.factory, create, dispose: () => void calls.push('dispose') }
  const { runtime } = creating
  const running = createJob({ ...spec, sinks: [{ ...creating.sink, factory }] }, { runtime })

  const first = opening.running.run()
  await opening.runtime.settle()
  opening.running.abort()
  const second = running.run()
  await runtime.settle()
  running.abort()
  await opening.runtime.settle()
  await runtime.settle()
  const errors = [(await first).error?.code, (await second).error?.code]
  made[0]?.({ write() {}, close })
  await runtime.settle()

  expect(errors).toEqual(['ENG_ABORTED', 'ENG_ABORTED'])
  expect(calls).toEqual(['close', 'dispose', 'close'])
})

it('lets a write under way finish before a job that failed aborts its sink, for five seconds', async () => {
  const finish: (() => void)[] = []
  const calls: string[] = []
  const sink = {
    write: () =>
      new Promise<void>((resolve) => {
        finish.push(() => {
          calls.push('written')
          resolve()
        })
      }),
    abort: () => void calls.push('abort'),
  }
  const failing = {
    process: (n: number) => n,
    onEnd() {
      throw new Error('no end')
    },
  }
  const patient = setup({ sink, stage: failing })
  const hung = setup({ sink, stage: failing })

  const first = patient.running.run()
  await patient.runtime.elapse(4000)
  finish.shift()?.()
  await patient.runtime.settle()
  const { error, sinks } = await first
  const second = hung.running.run()
  await hung.runtime.elapse(4999)
  expect(calls).toEqual(['written', 'abort'])
  await hung.runtime.elapse(1)
  const { sinks: held } = await second

  expect(error?.message).toBe('onEnd of "stage" failed: no end')
  expect(sinks[0]).toMatchObject({ received: 2, written: 2, held: 0 })
  expect(calls).toEqual(['written', 'abort', 'abort'])
  expect(held[0]).toMatchObject({ received: 2, written: 0, held: 2 })
})
