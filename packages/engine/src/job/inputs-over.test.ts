import { createManualRuntime } from '@millrace/core'
import type { SourceFactory, StageInstance } from '@millrace/sdk'
import { expect, it } from 'vitest'
import type { TimeSpec } from '../plan/job-spec.ts'
import { createJob } from './create-job.ts'
import { from, gatedSource, job, listSink, stage } from './engine-parts.test-support.ts'

const time = (more: Partial<TimeSpec> = {}): TimeSpec => ({
  timestamp: (record) => record as number,
  disorderMs: 0,
  description: 'itself',
  ...more,
})

/** Writes down the watermarks that fire. */
function noting(seen: number[]): StageInstance {
  return { process: (record) => record, onWatermark: (mark) => void seen.push(mark) }
}

/** A job of two sources whose event time goes through a stage each, and of a stage that reads both. */
function start() {
  const runtime = createManualRuntime()
  const over = { ...gatedSource('over'), time: time() }
  const mute = { ...gatedSource('mute'), time: time({ idleMs: 1000 }) }
  const seen: number[] = []
  const behind: number[] = []
  const inputs = [{ name: 'in', from: [from('first'), from('mute')] }]
  const running = createJob(
    job({
      sources: [over, mute],
      stages: [
        stage('first', 'over', noting([])),
        { ...stage('both', '', noting(seen)), inputs },
        stage('behind', 'both', noting(behind)),
      ],
      sinks: [listSink('sink', [from('behind')])],
    }),
    { runtime },
  )
  const ended = running.run()
  return { behind, ended, mute, over, running, runtime, seen }
}

it('silence of all others lets event time go on with the clock from what an input that is over had come to', async () => {
  const { behind, ended, mute, over, runtime, seen } = start()

  over.give([5000])
  await runtime.elapse(300)
  over.end()
  await runtime.elapse(699)
  const before = seen.splice(0)
  await runtime.elapse(1)
  const silent = seen.splice(0)
  await runtime.elapse(200)
  const later = seen.splice(0)
  mute.give([5600, 7000])
  await runtime.elapse(0)
  const spoken = seen.splice(0)
  mute.end()
  await runtime.elapse(100)
  await ended

  expect(before).toEqual([])
  expect(silent).toEqual([5700])
  expect(later).toEqual([5800, 5900])
  expect(spoken).toEqual([7000])
  expect(behind).toEqual([5700, 5800, 5900, 7000, Infinity])
})

it('stands still where no input had come to anything, and once the job stops', async () => {
  const empty = start()
  const stopped = start()

  empty.over.end()
  await empty.runtime.elapse(5000)
  stopped.over.give([5000])
  stopped.over.end()
  await stopped.runtime.elapse(1000)
  void stopped.running.stop()
  await stopped.runtime.elapse(10_000)
  await stopped.ended

  expect(empty.seen).toEqual([])
  expect(stopped.seen).toEqual([6000])
  empty.running.abort()
})

it('silence of the other partitions does so, too, where one of them is over', async () => {
  const gates = [gatedSource(), gatedSource()]
  const factory: SourceFactory = {
    traits: { name: 'parted', ends: true, replay: 'none', reads: 'together' },
    create: (scope) => ({
      partitions: () => ['0', '1'],
      async *read(partition, position, options) {
        const gate = await gates[Number(partition)]?.factory.create(scope)
        if (gate !== undefined) yield* gate.read(partition, position, options)
      },
    }),
    dispose() {},
  }
  const runtime = createManualRuntime()
  const seen: number[] = []
  const running = createJob(
    job({
      sources: [{ id: 'source', factory, time: time({ idleMs: 1000 }) }],
      stages: [stage('noting', 'source', noting(seen))],
      sinks: [listSink('sink', [from('noting')])],
    }),
    { runtime },
  )
  const ended = running.run()

  gates[0]?.give([5000])
  gates[1]?.give([2000])
  gates[0]?.end()
  await runtime.elapse(999)
  const before = seen.splice(0)
  await runtime.elapse(101)
  const silent = seen.splice(0)
  gates[1]?.end()
  await runtime.elapse(0)
  await ended

  expect(before).toEqual([2000])
  expect(silent).toEqual([6000, 6100])
  expect(seen).toEqual([Infinity])
})
