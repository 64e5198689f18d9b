import { createManualRuntime } from '@millrace/core'
import type { Logger } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { createJob } from '../job/create-job.ts'
import { from, job, listSink, listSource, stage } from '../job/engine-parts.test-support.ts'

it('a line that a part logs says whose it is', async () => {
  const runtime = createManualRuntime()
  const lines: unknown[] = []
  const write = (message: string, fields?: Readonly<Record<string, unknown>>): void =>
    void lines.push([message, fields])
  const logger: Logger = { debug: write, info: write, warn: write, error: write }
  const spec = job({
    sources: [listSource([[1]])],
    stages: [
      stage('map', 'source', ({ logger: own }) => {
        own.info('opened', { rows: 2, stage: 'mine' })
        return { process: (record) => record }
      }),
    ],
    sinks: [listSink('sink', [from('map')])],
  })

  const run = createJob(spec, { runtime, logger }).run()
  await runtime.settle()
  await run

  expect(lines).toEqual([['opened', { rows: 2, stage: 'map' }]])
})
