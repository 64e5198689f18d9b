import { createManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'
import { createJob } from './create-job.ts'
import { from, gatedSource, job, listSink, listSource, stage } from './engine-parts.test-support.ts'

it('say how far event time has come, and how many records are on their way to a part', async () => {
  const runtime = createManualRuntime({ startMs: 1000 })
  const source = gatedSource()
  const time = { timestamp: (record: unknown) => record as number, disorderMs: 5, description: '' }
  const go: (() => void)[] = []
  const sink = listSink('sink', [from('map')], {
    write: () => new Promise((resolve) => void go.push(() => resolve(undefined))),
  })
  const spec = job({
    sources: [{ ...source, time }],
    stages: [stage('map', 'source', { process: (record) => record })],
    sinks: [sink],
    mailbox: { capacity: 2, overflow: 'block' },
  })
  const running = createJob(spec, { runtime })
  const run = running.run()
  await runtime.settle()
  const before = running.gauges()

  source.give([10, 20, 30])
  await runtime.settle()
  const during = running.gauges()
  source.end()
  go.shift()?.()
  await runtime.settle()
  go.shift()?.()
  await runtime.settle()
  await run

  // The stage has sent its last record on but has not been given room for it.
  const part = { restarts: 0, queued: 0, watermarkMs: undefined }
  expect(before).toEqual([
    { ...part, id: 'source', kind: 'source' },
    { ...part, id: 'map', kind: 'stage' },
    { ...part, id: 'sink', kind: 'sink' },
  ])
  expect(during).toEqual([
    { ...part, id: 'source', kind: 'source', watermarkMs: 25 },
    { ...part, id: 'map', kind: 'stage', watermarkMs: 25, queued: 1 },
    { ...part, id: 'sink', kind: 'sink', queued: 3 },
  ])
  expect(running.gauges()).toEqual([
    { ...part, id: 'source', kind: 'source', watermarkMs: 25 },
    { ...part, id: 'map', kind: 'stage' },
    { ...part, id: 'sink', kind: 'sink' },
  ])
})

it('count how often a part was made again', async () => {
  const runtime = createManualRuntime()
  const process = (record: unknown): unknown => {
    if (record === 2) throw new Error('spoiled')
    return record
  }
  const spec = job({
    sources: [listSource([[1, 2, 3]])],
    stages: [stage('map', 'source', { process }, { traits: { keeps: 'instance' } })],
    sinks: [listSink('sink', [from('map')])],
    onError: 'skip',
  })
  const running = createJob(spec, { runtime })

  const run = running.run()
  await runtime.settle()
  const summary = await run

  expect(running.gauges().map(({ restarts }) => restarts)).toEqual([0, 1, 0])
  expect(summary.restarts).toBe(1)
})
