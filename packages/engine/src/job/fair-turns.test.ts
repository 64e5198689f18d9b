import { createManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'
import { createJob } from './create-job.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'

it.each(['dropOldest', 'dropNewest'] as const)(
  'gives readers their turn after every batch: one that keeps up loses nothing with %s',
  async (overflow) => {
    const runtime = createManualRuntime()
    const batches = Array.from({ length: 200 }, (_, n) => [n])
    const sink = listSink('sink', [from('stage')])
    const spec = job({
      sources: [listSource(batches)],
      stages: [stage('stage', 'source', { process: (n: number) => n })],
      sinks: [sink],
      mailbox: { capacity: 1, overflow },
    })

    const ended = createJob(spec, { runtime }).run()
    await runtime.settle()
    const summary = await ended

    expect(summary.stages[0]).toMatchObject({ in: 200, used: 200, dropped: 0, held: 0 })
    expect(sink.records).toEqual(batches.flat())
  },
)
