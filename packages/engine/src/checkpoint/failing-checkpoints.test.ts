import { isMillraceError } from '@millrace/base'
import { createManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'
import { createJob } from '../job/create-job.ts'
import { from, job, listSink } from '../job/engine-parts.test-support.ts'
import { exactSink, growingSource, memoryStore } from './checkpoint-parts.test-support.ts'

const anew = {
  intensity: 0,
  periodMs: 60_000,
  onEscalate: {
    restart: { intensity: 3, backoff: { minMs: 10, maxMs: 10, factor: 1, jitter: 0 } },
  },
}

it('goes on from a checkpoint that became durable while the pipeline came down', async () => {
  const runtime = createManualRuntime()
  let release = (): void => {}
  const store = memoryStore(async ({ number }) => {
    if (number === 2) await new Promise<void>((resolve) => void (release = resolve))
  })
  const source = growingSource()
  let left = 1
  const bad = exactSink('bad', [from('source')], {
    write(batch) {
      if (batch.value(batch.length - 1) === 'bad' && left-- > 0) throw new Error('no line')
    },
  })
  const sink = exactSink('sink', [from('source')])
  const running = createJob(
    job({
      sources: [source],
      sinks: [sink, bad],
      restart: anew,
      checkpoint: { everyMs: 100, store },
    }),
    { runtime },
  )
  const ended = running.run()
  await runtime.settle()
  source.give('a', 'b')
  await runtime.elapse(150)
  source.give('bad')
  await runtime.elapse(1000)
  const before = [...sink.log]
  release()
  await runtime.elapse(1000)
  source.give('c')
  source.end()
  await runtime.elapse(1000)
  const { error, pipelineRestarts, sources } = await ended

  expect(error).toBeUndefined()
  expect(pipelineRestarts).toBe(1)
  expect(before).not.toContain('recover 1')
  expect(sink.log).toContain('recover 2')
  expect(sink.visible).toEqual(['a', 'b', 'bad', 'c'])
  expect(sources[0]?.read).toBe(4)
})

it('ends the job with the error of its store, coded, and leaves the last durable checkpoint', async () => {
  const runtime = createManualRuntime()
  const store = memoryStore(async ({ number }) => {
    if (number === 2) throw new Error('no disk')
  })
  const source = growingSource()
  const sink = exactSink('sink', [from('source')])
  const running = createJob(
    job({ sources: [source], sinks: [sink], checkpoint: { everyMs: 100, store } }),
    { runtime },
  )
  const ended = running.run()
  await runtime.settle()
  source.give('a')
  await runtime.elapse(1000)
  const { error, state } = await ended

  expect(state).toBe('failed')
  expect(isMillraceError(error)).toBe(true)
  expect(error?.message).toBe('Checkpoint 2 could not be written: no disk')
  expect(running.progress().checkpoint).toMatchObject({
    count: 1,
    failures: 1,
    stateBytes: undefined,
  })
  expect(store.last?.number).toBe(1)
  expect(sink.visible).toEqual([])
  expect(running.progress().checkpoint?.number).toBe(1)
})

it('names the source whose acknowledgement fails', async () => {
  const runtime = createManualRuntime()
  const source = growingSource('source', {
    instance: {
      ack() {
        throw new Error('no line')
      },
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
  await runtime.settle()
  source.give('a')
  await runtime.elapse(1000)
  const { error } = await ended

  expect(error?.code).toBe('ENG_SOURCE')
  expect(error?.message).toBe('Source "source" failed: no line')
  expect(store.last?.number).toBe(2)
})

it('ends a job whose source never says that it has acknowledged', async () => {
  const runtime = createManualRuntime()
  const source = growingSource('source', { instance: { ack: () => new Promise(() => {}) } })
  const running = createJob(
    job({
      sources: [source],
      sinks: [exactSink('sink', [from('source')])],
      checkpoint: { everyMs: 100, store: memoryStore() },
    }),
    { runtime },
  )
  const ended = running.run()
  await runtime.settle()
  source.give('a')
  await runtime.elapse(60_000)
  const { error } = await ended

  expect(error?.message).toMatchInlineSnapshot(`"ack of "source" was not finished within 30s."`)
})

it('leaves no timer behind when the job fails', async () => {
  const manual = createManualRuntime()
  let open = 0
  const runtime = {
    ...manual,
    timer(delayMs: number, task: () => void) {
      open++
      let isOpen = true
      const done = (): void => {
        if (isOpen) open--
        isOpen = false
      }
      const cancel = manual.timer(delayMs, () => {
        done()
        task()
      })
      return () => {
        done()
        cancel()
      }
    },
  }
  const source = growingSource()
  const running = createJob(
    job({
      sources: [source],
      sinks: [exactSink('sink', [from('source')])],
      checkpoint: { everyMs: 3_600_000, store: memoryStore() },
    }),
    { runtime },
  )
  const ended = running.run()
  await manual.elapse(10)
  running.abort()
  await manual.elapse(10)
  await ended

  expect(open).toBe(0)
})

it('closes a sink that could not recover', async () => {
  const runtime = createManualRuntime()
  const store = memoryStore()
  const source = growingSource()
  const spec = job({
    sources: [source],
    sinks: [exactSink('sink', [from('source')])],
    checkpoint: { everyMs: 100, store },
  })
  const first = createJob(spec, { runtime })
  void first.run()
  await runtime.elapse(10)
  await Promise.all([first.stop(), runtime.elapse(10)])
  const sink = exactSink('sink', [from('source')], {
    recover() {
      throw new Error('no such rows')
    },
  })
  const second = createJob(
    { ...spec, sinks: [sink], checkpoint: { everyMs: 100, store, restored: store.last } },
    { runtime },
  )
  const ended = second.run()
  await runtime.elapse(10)
  const { error } = await ended

  expect(error?.message).toBe('Sink "sink" failed to recover: no such rows')
  expect(sink.log).toEqual(['close'])
})

it('waits for a sink that prepares before it takes back what came behind', async () => {
  const runtime = createManualRuntime()
  const source = growingSource()
  const log: string[] = []
  const sink = exactSink('sink', [from('source')], {
    async prepare({ checkpoint }) {
      if (checkpoint === 1) return {}
      log.push('prepare begins')
      await new Promise<void>((resolve) => void runtime.timer(500, resolve))
      log.push('prepare ends')
      return {}
    },
    abort: () => void log.push('abort'),
  })
  const bad = listSink('bad', [from('source')], {
    write(batch) {
      if (batch.value(0) === 'bad') throw new Error('no line')
    },
  })
  const running = createJob(
    job({
      sources: [source],
      sinks: [sink, bad],
      checkpoint: { everyMs: 100, store: memoryStore() },
    }),
    { runtime },
  )
  const ended = running.run()
  await runtime.elapse(150)
  source.give('bad')
  await runtime.elapse(1000)
  await ended

  expect(log).toEqual(['prepare begins', 'prepare ends', 'abort'])
})

it('gives a sink without a time limit the time that it takes, also at a checkpoint', async () => {
  const runtime = createManualRuntime()
  const source = growingSource()
  const store = memoryStore()
  const sink = listSink('sink', [from('source')], {
    untimed: true,
    flush: () => new Promise<void>((resolve) => void runtime.timer(100_000, resolve)),
  })
  const running = createJob(
    job({ sources: [source], sinks: [sink], checkpoint: { everyMs: 100, store } }),
    { runtime },
  )
  const ended = running.run()
  await runtime.elapse(10)
  source.give('a')
  source.end()
  await runtime.elapse(1_000_000)
  const { error } = await ended

  expect(error).toBeUndefined()
  expect(sink.records).toEqual(['a'])
})
