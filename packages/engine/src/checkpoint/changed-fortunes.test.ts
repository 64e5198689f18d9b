import { defineError } from '@millrace/base'
import { createManualRuntime } from '@millrace/core'
import type { StageScope } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { createJob } from '../job/create-job.ts'
import { from, job, stage } from '../job/engine-parts.test-support.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import {
  exactSink,
  growingSource,
  memoryStore,
  type MemoryStore,
} from './checkpoint-parts.test-support.ts'

type Parts = Partial<JobSpec> & Pick<JobSpec, 'sources' | 'sinks' | 'checkpoint'>

function start(parts: Parts) {
  const runtime = createManualRuntime()
  const running = createJob(job(parts), { runtime, onParked() {} })
  const summary = running.run()
  const over = async (ms = 1000): Promise<Summary> => {
    await runtime.elapse(ms)
    return summary
  }
  return { runtime, running, over }
}

it('makes visible what a sink failed to commit when the job goes on', async () => {
  const store = memoryStore()
  const source = growingSource()
  let fails = true
  const broken = exactSink('sink', [from('source')], {
    commit(token) {
      if (fails && Number(token?.['checkpoint']) > 1) throw new Error('no line')
    },
  })
  const sink = { ...broken }
  const first = start({ sources: [source], sinks: [sink], checkpoint: { everyMs: 100, store } })
  await first.runtime.elapse(10)
  source.give('a')
  const { error } = await first.over()
  fails = false
  const second = start({
    sources: [source],
    sinks: [sink],
    checkpoint: { everyMs: 100, store, restored: store.last },
  })
  await second.runtime.elapse(10)

  expect(error?.message).toBe('Sink "sink" failed to commit: no line')
  expect(broken.visible).toEqual(['a'])
  expect(source.acks).toEqual([])
})

it('leaves the last checkpoint as it was where a sink cannot prepare', async () => {
  const store = memoryStore()
  const source = growingSource()
  const sink = exactSink('sink', [from('source')], {
    prepare({ checkpoint }) {
      if (checkpoint === 2) throw new Error('no room')
      return { checkpoint }
    },
  })
  const { over, runtime } = start({
    sources: [source],
    sinks: [sink],
    checkpoint: { everyMs: 100, store },
  })
  await runtime.elapse(10)
  source.give('a')
  const { error, state } = await over()

  expect([state, error?.message]).toEqual(['failed', 'Sink "sink" failed to prepare: no room'])
  expect(store.last?.number).toBe(1)
  expect(sink.log).toEqual(['commit 1', 'abort', 'close'])
})

/** A pipeline that begins anew from its last checkpoint, once its sources are read. */
async function startAnew(store: MemoryStore) {
  const source = growingSource()
  const sink = exactSink('sink', [from('source')])
  const started = start({
    sources: [source],
    sinks: [sink],
    restart: { intensity: 0, periodMs: 60_000, onEscalate: 'restart' },
    checkpoint: { everyMs: 100, store },
  })
  await started.runtime.elapse(10)
  return { ...started, source, sink }
}

it('does not begin anew where nobody knows whether a checkpoint is durable', async () => {
  const UNCERTAIN = defineError({
    code: 'TEST_UNCERTAIN',
    message: () => 'It may be there, or not.',
    hint: () => 'Start again.',
  })
  const store = memoryStore(async ({ number }) => {
    if (number === 2) throw UNCERTAIN({})
  })
  const { over, sink, source } = await startAnew(store)
  source.give('a')
  const { error, pipelineRestarts } = await over()

  expect([error?.code, pipelineRestarts]).toEqual(['TEST_UNCERTAIN', 0])
  expect(sink.log).toEqual(['prepare 1', 'commit 1', 'prepare 2', 'abort', 'close'])
})

it('begins anew where its store failed for a while', async () => {
  let failures = 2
  const store = memoryStore(async ({ number }) => {
    if (number === 2 && failures-- > 0) throw new Error('disk full')
  })
  const { over, runtime, sink, source } = await startAnew(store)
  source.give('a')
  await runtime.elapse(5000)
  source.give('b')
  source.end()
  const { checkpoint, error, pipelineRestarts } = await over()

  expect([error, pipelineRestarts]).toEqual([undefined, 2])
  expect(sink.visible).toEqual(['a', 'b'])
  expect(checkpoint?.count).toBe(store.all.length)
})

it('drains behind a checkpoint that is being written', async () => {
  let release = (): void => {}
  const store = memoryStore(async ({ number }) => {
    if (number === 2) await new Promise<void>((resolve) => void (release = resolve))
  })
  const source = growingSource()
  const sink = exactSink('sink', [from('source')])
  const { over, runtime, running } = start({
    sources: [source],
    sinks: [sink],
    checkpoint: { everyMs: 100, store },
  })
  await runtime.elapse(10)
  source.give('a')
  await runtime.elapse(100)
  source.give('b')
  void running.drain()
  await runtime.elapse(1000)
  const before = [...sink.log]
  release()
  await over()

  expect(before).not.toContain('commit 2')
  expect(sink.log.slice(2)).toEqual([
    'prepare 2',
    'prepare 3 final',
    'commit 2',
    'commit 3',
    'close',
  ])
  expect(sink.visible).toEqual(['a', 'b'])
  expect(store.last?.end).toBe('finished')
})

it('names the stage whose state cannot be written down', async () => {
  const bag = ({ state }: StageScope) => {
    const object = state.object<{ rows: unknown[] }>('bag', {
      create: () => ({ rows: [] }),
      snapshot() {
        throw new Error('too many rows')
      },
      restore: () => ({ rows: [] }),
    })
    return { process: (row: unknown) => void object.get().rows.push(row) }
  }
  const source = growingSource()
  const { over, runtime } = start({
    sources: [source],
    stages: [stage('bag', 'source', bag)],
    sinks: [exactSink('sink', [from('bag')])],
    checkpoint: { everyMs: 100, store: memoryStore() },
  })
  await runtime.elapse(10)
  source.give('a')
  const { error } = await over()

  expect(error?.message).toBe('snapshot of "bag" failed: too many rows')
  expect(error?.code).toBe('ENG_HOOK')
})

it('refuses to forget what is parked', async () => {
  const store = memoryStore()
  const source = growingSource()
  const parts = (onError: 'park' | 'skip') => ({
    sources: [source],
    stages: [
      stage(
        'picky',
        'source',
        { process: (_: unknown, context) => context.reject('NO', 'No.') },
        { onError },
      ),
    ],
    sinks: [exactSink('sink', [from('picky')])],
    checkpoint: { everyMs: 100, store, restored: store.last },
  })
  const { over, runtime, running } = start(parts('park'))
  await runtime.elapse(10)
  source.give('a')
  await runtime.elapse(10)
  void running.stop()
  await over()

  expect(() => start(parts('skip'))).toThrow(
    '"picky" holds 1 parked record from an earlier run, and its onError does not park any more.',
  )
  expect(start(parts('park')).running.parked()).toHaveLength(1)
})

it('counts reasons on, also those that no summary lists', async () => {
  const store = memoryStore()
  const source = growingSource()
  const parts = () => ({
    sources: [source],
    stages: [
      stage('all', 'source', { process: (n: number, context) => context.skip(`reason ${n}`) }),
    ],
    sinks: [exactSink('sink', [from('all')])],
    checkpoint: { everyMs: 100, store, restored: store.last },
  })
  const first = start(parts())
  await first.runtime.elapse(10)
  source.give(...Array.from({ length: 30 }, (_, n) => n))
  await first.runtime.elapse(10)
  void first.running.stop()
  await first.over()
  source.give(29, 29)
  source.end()
  const { stages } = await start(parts()).over()

  expect(stages[0]?.filtered).toBe(32)
  expect(stages[0]?.reasons['reason 29']).toBe(3)
  expect(Object.keys(stages[0]?.reasons ?? {})).toHaveLength(20)
})
