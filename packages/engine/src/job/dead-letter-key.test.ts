import type { StageInstance } from '@millrace/sdk'
import { createManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'
import { createJob } from './create-job.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'

const ways: Readonly<Record<string, StageInstance>> = {
  process: { process: (_record, context) => context.reject('TEST', 'No.') },
  processBatch: {
    process: () => undefined,
    processBatch(batch, output) {
      for (let index = 0; index < batch.length; index++) output.reject(index, 'TEST', 'No.')
    },
  },
}

it.each(Object.keys(ways))('names the key of a record that %s rejects', async (way) => {
  const runtime = createManualRuntime()
  const letters = listSink('letters', [])
  const by = [
    {
      name: 'origin',
      description: 'origin',
      read: (record: unknown) => (record as { readonly origin: unknown }).origin,
    },
  ]
  const spec = job({
    sources: [listSource([[{ origin: 'SFO' }, { origin: 'OAK' }, { origin: {} }]])],
    stages: [stage('picky', 'source', ways[way] ?? {}, { by })],
    sinks: [listSink('sink', [from('picky')])],
    deadLetter: letters,
    errors: { atMost: 1, of: 10 },
  })

  const ended = createJob(spec, { runtime }).run()
  await runtime.settle()
  await ended

  expect(letters.records).toMatchObject([
    { key: { origin: 'SFO' } },
    { key: { origin: 'OAK' } },
    { key: null },
  ])
})
