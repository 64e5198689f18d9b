import { createManualRuntime } from '@millrace/core'
import type { StageContext } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { createJob } from '../job/create-job.ts'
import {
  from,
  gatedSource,
  job,
  listSink,
  listSource,
  stage,
} from '../job/engine-parts.test-support.ts'
import type { JobCheckpoint } from './checkpoint.ts'

it('a stage that was over is over in the next checkpoint, even before the end has come to it again', async () => {
  const kept: JobCheckpoint[] = []
  const store = { commit: async (one: JobCheckpoint) => void kept.push(structuredClone(one)) }
  const said: string[] = []
  const start = (restored: JobCheckpoint | undefined) => {
    const runtime = createManualRuntime()
    const last = stage('last', 'short', {
      process: (n: number) => n,
      onEnd: ({ emit }: StageContext) => {
        said.push('end')
        emit('end')
      },
    })
    const running = createJob(
      job({
        sources: [listSource([[1]], { id: 'short' }), gatedSource('long')],
        stages: [last],
        sinks: [listSink('sink', [from('last')]), listSink('rest', [from('long')])],
        checkpoint: { everyMs: 1000, store, restored },
      }),
      { runtime },
    )
    void running.run()
    return { runtime, running }
  }
  const first = start(undefined)
  await first.runtime.settle()
  void first.running.checkpoint()
  await first.runtime.settle()
  const before = kept.at(-1) as JobCheckpoint

  const second = start(before)
  void second.running.checkpoint()
  await second.runtime.settle()

  expect(before.stages['last']?.isOver).toBe(true)
  expect(kept.at(-1)).toMatchObject({
    number: before.number + 1,
    stages: { last: { isOver: true } },
  })
  expect(said).toEqual(['end'])
})
