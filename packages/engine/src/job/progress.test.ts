import { createManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'
import type { Progress } from '../report/summary.ts'
import { createJob } from './create-job.ts'
import { from, job, listSink, listSource } from './engine-parts.test-support.ts'

it('tells progress every quarter of a second, at the end, and not again', async () => {
  const runtime = createManualRuntime()
  const told: Progress[] = []
  const go: (() => void)[] = []
  const sink = listSink('sink', [from('source')], {
    write: () => new Promise((resolve) => void go.push(() => resolve(undefined))),
  })
  const spec = job({ sources: [listSource([[1, 2]])], sinks: [sink] })

  const run = createJob(spec, { runtime, onProgress: (progress) => void told.push(progress) }).run()
  await runtime.elapse(600)
  for (const release of go) release()
  await runtime.settle()
  await run
  await runtime.elapse(1000)

  expect(
    told.map(({ state, elapsedMs, sources, sinks }) => [
      state,
      elapsedMs,
      sources[0]?.read,
      sinks[0]?.written,
    ]),
  ).toEqual([
    ['running', 250, 2, 0],
    ['running', 500, 2, 0],
    ['completed', 600, 2, 2],
  ])
})

it('tells the progress of a job that cannot start', async () => {
  const runtime = createManualRuntime()
  const states: string[] = []
  const sink = listSink('sink', [from('source')], { open: () => new Promise(() => {}) })
  const spec = job({ sources: [listSource([])], sinks: [sink] })
  const running = createJob(spec, { runtime, onProgress: ({ state }) => void states.push(state) })

  const run = running.run()
  await runtime.elapse(300)
  running.abort()
  await runtime.settle()
  await run

  expect(states).toEqual(['starting', 'failed'])
})

it('goes on without an onProgress that throws, and says so once', async () => {
  const runtime = createManualRuntime()
  let calls = 0
  const sink = listSink('sink', [from('source')], {
    write: () => new Promise((resolve) => void runtime.timer(600, () => resolve(undefined))),
  })
  const spec = job({ sources: [listSource([[1]])], sinks: [sink] })
  const onProgress = (): void => {
    calls++
    throw new Error('no screen')
  }

  const run = createJob(spec, { runtime, onProgress }).run()
  await runtime.elapse(1000)
  const summary = await run

  expect(calls).toBe(1)
  expect(summary.state).toBe('completed')
  expect(summary.warnings).toEqual(['onProgress failed: no screen'])
})
