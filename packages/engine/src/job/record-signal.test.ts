import { createManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'
import { createJob } from './create-job.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'

/** Runs the records 1 and 2 through a stage that reads its signal twice and never ends at record 2. */
function start() {
  const runtime = createManualRuntime()
  const signals: AbortSignal[][] = []
  const slow = stage(
    'slow',
    'source',
    {
      async process(n: number, context) {
        signals.push([context.signal, context.signal])
        if (n === 2) await new Promise(() => undefined)
        return n
      },
    },
    { timeoutMs: 1000, onError: 'skip' },
  )
  const spec = job({
    sources: [listSource([[1, 2]])],
    stages: [slow],
    sinks: [listSink('sink', [from('slow')])],
  })
  const running = createJob(spec, { runtime })
  return { runtime, signals, running, ended: running.run() }
}

it('gives a record one signal, and the next record another', async () => {
  const { runtime, signals, ended } = start()

  await runtime.elapse(1000)
  await ended

  expect(signals[0]?.[0]).toBe(signals[0]?.[1])
  expect(signals[1]?.[0]).toBe(signals[1]?.[1])
  expect(signals[0]?.[0]).not.toBe(signals[1]?.[0])
})

it('aborts the signal of the record whose time is up, and no other', async () => {
  const { runtime, signals, ended } = start()

  await runtime.elapse(1000)
  await ended

  expect(signals.map(([signal]) => signal?.aborted)).toEqual([false, true])
})

it('aborts the signal of the record in hand with the error that ends the job', async () => {
  const { runtime, signals, running, ended } = start()

  await runtime.settle()
  running.abort()
  await runtime.settle()
  const { error } = await ended

  expect(signals[1]?.[0]?.reason).toBe(error)
})
