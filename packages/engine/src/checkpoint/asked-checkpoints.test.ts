import { createManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'
import { createJob } from '../job/create-job.ts'
import { from, job } from '../job/engine-parts.test-support.ts'
import { exactSink, growingSource, memoryStore } from './checkpoint-parts.test-support.ts'

function started(everyMs = 1_000_000) {
  const runtime = createManualRuntime()
  const source = growingSource()
  const sink = exactSink('sink', [from('source')])
  const store = memoryStore()
  const running = createJob(
    job({ sources: [source], sinks: [sink], checkpoint: { everyMs, store } }),
    { runtime },
  )
  return { runtime, source, sink, store, running }
}

const outcome = (one: Promise<{ readonly number: number }>): Promise<unknown> =>
  one.then(
    ({ number }) => number,
    (error: Error) => error.message,
  )

it('takes a first checkpoint before anything is read', async () => {
  const { running, runtime, sink, source, store } = started()
  source.give('a')
  void running.run()
  await runtime.elapse(10)

  expect(store.all.map(({ number, read }) => ({ number, read }))).toEqual([{ number: 1, read: 0 }])
  expect(sink.log).toEqual(['prepare 1', 'commit 1'])
})

it('is one checkpoint for all who ask at once', async () => {
  const { running, runtime, source, store } = started()
  void running.run()
  await runtime.elapse(10)
  source.give('a')
  await runtime.elapse(10)
  const numbers = Promise.all(Array.from({ length: 5 }, () => running.checkpoint()))
  await runtime.elapse(10)

  expect((await numbers).map(({ number }) => number)).toEqual([2, 2, 2, 2, 2])
  expect(store.all.map(({ number }) => number)).toEqual([1, 2])
})

it('waits for the job to begin', async () => {
  const { running, runtime, source } = started()
  const before = outcome(running.checkpoint())
  void running.run()
  const asked = outcome(running.checkpoint())
  source.give('a')
  await runtime.elapse(10)

  expect(await before).toBe('The job has not been started.')
  expect(await asked).toBe(2)
})

it('is refused by a job that is ending', async () => {
  const { running, runtime, store } = started()
  void running.run()
  await runtime.elapse(10)
  const stopped = running.stop()
  const asked = outcome(running.checkpoint())
  const again = running.stop()
  await runtime.elapse(10)
  await Promise.all([stopped, again])

  expect(await asked).toBe('The job is ending and takes no checkpoint but its last.')
  expect(await outcome(running.checkpoint())).toBe(
    'The job is ending and takes no checkpoint but its last.',
  )
  expect(store.all.map(({ end, number }) => [number, end])).toEqual([
    [1, undefined],
    [2, 'stopped'],
  ])
})

it('comes to nothing when the job is aborted', async () => {
  const { running, runtime, store } = started()
  const ended = running.run()
  await runtime.elapse(10)
  const asked = outcome(running.checkpoint())
  running.abort()
  await runtime.elapse(10)
  await ended

  expect(await asked).toBe('The job was aborted.')
  expect(store.all).toHaveLength(1)
})

it('stops before its sources have read', async () => {
  const { running, runtime, sink, source, store } = started()
  source.give('a')
  const stopped = running.stop()
  await runtime.elapse(10)
  const { error, state } = await stopped

  expect([state, error]).toEqual(['stopped', undefined])
  expect(store.last?.end).toBe('stopped')
  expect(sink.visible).toEqual([])
})

it('tells sources what is durable, also at their end and of partitions that are over', async () => {
  const runtime = createManualRuntime()
  const acks: unknown[] = []
  const source = growingSource('source', {
    instance: {
      partitions: () => ['p', 'q'],
      *read(partition, _position, { signal }) {
        if (signal.aborted) return
        yield { values: [partition], position: `${partition} 1` }
      },
      ack: (positions) => void acks.push(positions),
    },
  })
  const store = memoryStore()
  const running = createJob(
    job({
      sources: [source],
      sinks: [exactSink('sink', [from('source')])],
      checkpoint: { everyMs: 100, store },
    }),
    { runtime },
  )
  const ended = running.run()
  await runtime.elapse(1000)
  await ended

  expect(acks).toEqual([{ p: 'p 1', q: 'q 1' }])
})

it('tells a source again what was durable where it could not be told of partitions that were over', async () => {
  const store = memoryStore()
  const run = async (ack: (positions: unknown) => void) => {
    const runtime = createManualRuntime()
    const source = growingSource('source', {
      instance: {
        partitions: () => ['p', 'q'],
        *read(partition) {
          yield { values: [partition], position: `${partition} 1` }
        },
        ack,
      },
    })
    const sinks = [exactSink('sink', [from('source')])]
    const checkpoint = { everyMs: 100, store, restored: store.last }
    const ended = createJob(job({ sources: [source], sinks, checkpoint }), { runtime }).run()
    await runtime.elapse(1000)
    return (await ended).warnings
  }
  const acks: unknown[] = []

  const failed = await run(() => {
    throw new Error('gone')
  })
  const again = await run((positions) => acks.push(positions))

  expect(failed).toEqual(['Source "source" failed: gone'])
  expect(again).toEqual([])
  expect(acks).toEqual([{ p: 'p 1', q: 'q 1' }])
})

it('keeps its pace whatever the clock does, and begins the next one at once where one took longer', async () => {
  const runtime = createManualRuntime({ startMs: 1_000_000 })
  let backMs = 0
  const clock = { ...runtime, now: () => runtime.now() - backMs }
  const begun: number[] = []
  let takesMs = 0
  const store = memoryStore(() => {
    begun.push(runtime.monotonic())
    return new Promise<void>((resolve) => void runtime.timer(takesMs, resolve))
  })
  const running = createJob(
    job({
      sources: [growingSource()],
      sinks: [exactSink('sink', [from('source')])],
      checkpoint: { everyMs: 100, store },
    }),
    { runtime: clock },
  )
  const ended = running.run()
  await runtime.elapse(150)
  backMs = 500_000
  await runtime.elapse(140)
  takesMs = 250
  await runtime.elapse(600)
  running.abort()
  await runtime.elapse(1000)
  await ended

  expect(begun).toEqual([0, 100, 200, 300, 550, 800])
  expect(store.all.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6])
})
