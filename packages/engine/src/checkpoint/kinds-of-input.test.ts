import { createManualRuntime } from '@millrace/core'
import type { ReadOptions, RecordContext } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { createJob } from '../job/create-job.ts'
import { from, job, stage } from '../job/engine-parts.test-support.ts'
import type { JobSpec, SourceSpec } from '../plan/job-spec.ts'
import { exactSink, growingSource, memoryStore } from './checkpoint-parts.test-support.ts'

it('counts what a full mailbox drops with the checkpoint that it came behind', async () => {
  for (const overflow of ['dropOldest', 'dropNewest'] as const) {
    const runtime = createManualRuntime()
    const store = memoryStore()
    const source = growingSource()
    const slow = stage('slow', 'source', {
      process: (n: number) =>
        new Promise<number>((resolve) => void runtime.timer(10, () => resolve(n))),
    })
    const running = createJob(
      job({
        sources: [source],
        stages: [slow],
        sinks: [exactSink('sink', [from('slow')])],
        mailbox: { capacity: 3, overflow },
        checkpoint: { everyMs: 7, store },
      }),
      { runtime },
    )
    const ended = running.run()
    for (let n = 0; n < 200; n++) {
      source.give(n, n)
      await runtime.elapse(1)
    }
    source.end()
    await runtime.elapse(1000)
    const { stages } = await ended

    expect(store.all.length).toBeGreaterThan(5)
    for (const { sources, stages } of store.all) {
      expect(stages['slow']?.counts.in).toBe(sources['source']?.counts.sent)
      expect(stages['slow']?.counts.held).toBe(0)
    }
    expect(stages[0]?.in).toBe(400)
    expect(stages[0]?.dropped).toBeGreaterThan(0)
  }
})

/** Partitions with a few names each. */
function named(names: readonly string[]): SourceSpec {
  const create = () => ({
    partitions: () => names,
    async *read(partition: string, position: unknown, { signal }: ReadOptions) {
      for (let at = (position as number | undefined) ?? 0; at < 3; at++) {
        yield { values: [`${partition}${at}`], position: at + 1 }
        if (partition === 'b' && at === 1 && position === undefined) {
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
          return
        }
      }
    },
  })
  const traits = { name: 'named', ends: true, replay: 'position' as const }
  return { id: 'source', factory: { traits, create, dispose() {} } }
}

it('reads partitions that came since, goes on in the one in hand, and leaves those that are over', async () => {
  const store = memoryStore()
  const sink = exactSink('sink', [from('source')])
  const life = async (names: readonly string[]) => {
    const runtime = createManualRuntime()
    const checkpoint = { everyMs: 100, store, restored: store.last }
    const running = createJob(job({ sources: [named(names)], sinks: [sink], checkpoint }), {
      runtime,
    })
    const ended = running.run()
    await runtime.elapse(10)
    void running.stop()
    await runtime.elapse(10)
    return ended
  }
  await life(['a', 'b'])
  await life(['a', '0', 'b', 'c'])

  expect(sink.visible).toEqual([
    'a0',
    'a1',
    'a2',
    'b0',
    'b1',
    'b2',
    '00',
    '01',
    '02',
    'c0',
    'c1',
    'c2',
  ])
})

it('never goes back in time of arrival, whatever the clock did between two runs', async () => {
  const store = memoryStore()
  const seen: [unknown, number][] = []
  const source = growingSource('source', {
    spec: {
      time: { arrival: true, timestamp: () => Number.NaN, disorderMs: 0, description: 'arrival' },
    },
  })
  const look = stage('look', 'source', {
    process: (value: unknown, { timestamp, watermark }: RecordContext) => {
      expect(timestamp).toBeGreaterThanOrEqual(watermark)
      seen.push([value, timestamp])
      return value
    },
  })
  const life = async (startMs: number, value: string) => {
    const runtime = createManualRuntime({ startMs })
    const spec: JobSpec = job({
      sources: [source],
      stages: [look],
      sinks: [exactSink('sink', [from('look')])],
      checkpoint: { everyMs: 100, store, restored: store.last },
    })
    const running = createJob(spec, { runtime })
    const ended = running.run()
    await runtime.elapse(10)
    source.give(value)
    await runtime.elapse(250)
    void running.stop()
    await runtime.elapse(10)
    await ended
  }
  await life(50_000, 'a')
  await life(1000, 'b')

  expect(seen).toEqual([
    ['a', 50_010],
    ['b', 50_200],
  ])
})
