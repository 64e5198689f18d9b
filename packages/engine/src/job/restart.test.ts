import { createManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'
import type { Summary } from '../report/summary.ts'
import { createJob } from './create-job.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'

interface Outcome {
  readonly log: readonly string[]
  readonly out: readonly unknown[]
  readonly summary: Summary
}

/** Runs the records 1 to 6 through a stage that throws at every even one; `fails` says which opens fail. */
async function run(
  fails: (open: number) => unknown,
  restart?: { readonly intensity: number; readonly periodMs: number },
): Promise<Outcome> {
  const runtime = createManualRuntime()
  const log: string[] = []
  let made = 0
  const flaky = stage(
    'flaky',
    'source',
    () => {
      const instance = ++made
      log.push(`create ${instance}`)
      return {
        open() {
          const error = fails(instance)
          if (error !== undefined) throw error
        },
        process(n: number) {
          if (n % 2 === 0) throw new Error(`no ${n}`)
          return `${n} by ${instance}`
        },
        close: () => void log.push(`close ${instance}`),
      }
    },
    { traits: { keeps: 'instance' } },
  )
  const sink = listSink('sink', [from('flaky')])
  const spec = job({
    sources: [listSource([[1, 2, 3, 4, 5, 6]])],
    stages: [flaky],
    sinks: [sink],
    deadLetter: listSink('dead', []),
    errors: { atMost: 1, of: 10 },
    restart,
  })
  const ended = createJob(spec, { runtime }).run()
  await runtime.elapse(10_000)
  return { log, out: sink.records, summary: await ended }
}

it('rebuilds an instance after every uncoded throw, which uses up no restart', async () => {
  const { log, out, summary } = await run(() => undefined, { intensity: 0, periodMs: 60_000 })

  expect(out).toEqual(['1 by 1', '3 by 2', '5 by 3'])
  expect(log).toEqual([
    'create 1',
    'close 1',
    'create 2',
    'close 2',
    'create 3',
    'close 3',
    'create 4',
    'close 4',
  ])
  expect(summary.state).toBe('completed')
  expect(summary.restarts).toBe(3)
})

it('tries again when a new instance cannot be opened, as often as the restart budget allows', async () => {
  const { log, out, summary } = await run(
    (open) => (open === 2 || open === 3 ? new Error('no line') : undefined),
    { intensity: 2, periodMs: 60_000 },
  )

  expect(out).toEqual(['1 by 1', '3 by 4', '5 by 5'])
  expect(log.slice(0, 7)).toEqual([
    'create 1',
    'close 1',
    'create 2',
    'close 2',
    'create 3',
    'close 3',
    'create 4',
  ])
  expect(summary.state).toBe('completed')
  expect(summary.restarts).toBe(5)
})

it('fails the job when the restart budget is used up, says so, and closes each instance once', async () => {
  const { log, out, summary } = await run((open) => (open > 1 ? new Error('no line') : undefined), {
    intensity: 1,
    periodMs: 60_000,
  })

  expect(summary.state).toBe('failed')
  expect(summary.error?.code).toBe('ENG_RESTARTS')
  expect(summary.error?.message).toBe(
    '"flaky" is not started again: the job saw 2 such failures within 1m, and restart.intensity allows 1; the last one: "flaky" failed to open: no line',
  )
  expect(summary.error?.hint).toBe('Check what "flaky" connects to, or raise restart.intensity.')
  expect(out).toEqual([])
  expect(log).toEqual(['create 1', 'close 1', 'create 2', 'close 2', 'create 3', 'close 3'])
})
