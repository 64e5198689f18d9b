import { createManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'
import { createJob } from '../job/create-job.ts'
import { from, job, listSink, listSource } from '../job/engine-parts.test-support.ts'

it('a record of which the time cannot be read is malformed, and says why', async () => {
  const runtime = createManualRuntime()
  const timestamp = (record: unknown): number => {
    if (typeof record === 'string') throw new Error('text has none')
    return record as number
  }
  const time = { timestamp, disorderMs: 0, description: 'a function of the record' }
  const sink = listSink('sink', [from('source')])
  const dead = listSink('dead', [])
  const spec = job({
    sources: [listSource([[1, 'two', 3]], { time })],
    sinks: [sink],
    deadLetter: dead,
  })

  const ended = createJob(spec, { runtime }).run()
  await runtime.settle()

  expect((await ended).error).toBeUndefined()
  expect(sink.records).toEqual([1, 3])
  expect(dead.records).toMatchObject([
    {
      record: 'two',
      error: {
        code: 'TIME',
        message: 'The record has no valid time in a function of the record: text has none.',
      },
    },
  ])
})
