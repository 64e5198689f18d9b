import { createManualRuntime } from '@millrace/core'
import type { InstanceScope, SourceFactory } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { createJob } from './create-job.ts'
import { from, job, listSink } from './engine-parts.test-support.ts'

function source(create: (scope: InstanceScope) => () => AsyncIterable<{ values: unknown[] }>) {
  const factory: SourceFactory = {
    traits: { name: 'timed', ends: true, replay: 'none' },
    create: (scope) => ({ read: create(scope) }),
    dispose() {},
  }
  return { id: 'source', factory }
}

it('gives a part timers in the time of the job', async () => {
  const runtime = createManualRuntime()
  const sink = listSink('sink', [from('source')])
  const timed = source(
    ({ clock, timer }) =>
      async function* () {
        await new Promise<void>((resolve) => void timer(60_000, resolve))
        yield { values: [clock.monotonic()] }
      },
  )

  const ended = createJob(job({ sources: [timed], sinks: [sink] }), { runtime }).run()
  await runtime.elapse(60_000)
  await ended

  expect(sink.records).toEqual([60_000])
})

it('shows what sources and sinks count themselves', async () => {
  const runtime = createManualRuntime()
  const counting = source(
    ({ metrics }) =>
      async function* () {
        metrics.counter('pages').add(2)
        yield { values: [1] }
      },
  )
  const sink = listSink('sink', [from('source')])
  const factory = {
    ...sink.factory,
    create({ metrics }: InstanceScope) {
      return { write: () => metrics.counter('requests').add(1) }
    },
  }

  const spec = job({ sources: [counting], sinks: [{ ...sink, factory }] })
  const ended = createJob(spec, { runtime }).run()
  await runtime.settle()
  const { sources, sinks } = await ended

  expect(sources[0]?.metrics).toEqual({ pages: 2 })
  expect(sinks[0]?.metrics).toEqual({ requests: 1 })
})
