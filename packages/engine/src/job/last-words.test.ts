import type { StageContext, StageScope, Timer, TimerContext } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { nodeRuntime } from '../host/index.ts'
import { createJob } from './create-job.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'

const time = { timestamp: (n: unknown) => n as number, disorderMs: 3, description: 'itself' }

it('what a stage says at the end of its input, and what its timers do then, is not late for the next', async () => {
  const last = stage('last', 'source', ({ timers }: StageScope) => ({
    process: (n: number) => timers.event.set(n + 100),
    onTimer: ({ at }: Timer, { emit }: TimerContext) => emit(`timer ${at}`),
    onWatermark(watermark: number, { emit }: StageContext) {
      if (watermark === Infinity) emit('all fired', { timestamp: 8 })
    },
    onEnd: ({ emit }: StageContext) => emit('end'),
  }))
  const next = stage('next', 'last', {
    process: (said: string, { timestamp, watermark }) => [said, timestamp, watermark],
  })
  const sink = listSink('sink', [from('next')])
  const sources = [listSource([[7, 10]], { time })]

  const { error } = await createJob(job({ sources, stages: [last, next], sinks: [sink] }), {
    runtime: nodeRuntime,
  }).run()

  expect(error).toBeUndefined()
  expect(sink.records).toEqual([
    ['timer 107', 107, 7],
    ['timer 110', 110, 7],
    ['all fired', 8, 7],
    ['end', 10, 7],
  ])
})
