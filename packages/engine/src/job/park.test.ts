import { createManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'
import type { JobSpec } from '../plan/job-spec.ts'
import type { ParkedRecord } from '../run/dead-letter.ts'
import { createJob } from './create-job.ts'
import {
  from,
  gatedSource,
  job,
  keyPart,
  listSink,
  listSource,
  stage,
} from './engine-parts.test-support.ts'

interface Row {
  readonly k: string
  readonly t: number
}

/** A job in virtual time whose stage `picky` parks rows of bad keys, and whose next stage notes its watermarks. */
function start(more: Partial<JobSpec> = {}, most?: number) {
  const runtime = createManualRuntime()
  const bad = new Set<string>()
  const marks: number[] = []
  const kept: ParkedRecord[] = []
  const source = {
    ...gatedSource(),
    time: { timestamp: (row: unknown) => (row as Row).t, disorderMs: 0, description: 't' },
  }
  const picky = stage(
    'picky',
    'source',
    { process: (row: Row, context) => (bad.has(row.k) ? context.reject('TEST_BAD', 'No.') : row) },
    { by: [keyPart('k')], onError: most === undefined ? 'park' : { park: { most } } },
  )
  const watch = stage('watch', 'picky', {
    process: (row: Row) => row,
    onWatermark: (mark) => void marks.push(mark),
  })
  const sink = listSink('sink', [from('watch')])
  const running = createJob(
    job({ sources: [source], stages: [picky, watch], sinks: [sink], ...more }),
    { runtime, onParked: (records) => void kept.push(...records) },
  )
  return { runtime, source, bad, marks, kept, sink, running, ended: running.run() }
}

it('holds event time back at the records that wait, and lets it go on when they are through', async () => {
  const { bad, ended, marks, runtime, running, sink, source } = start()
  bad.add('b')

  await runtime.settle()
  source.give([
    { k: 'a', t: 10 },
    { k: 'b', t: 20 },
    { k: 'a', t: 30 },
    { k: 'b', t: 40 },
  ])
  await runtime.settle()
  source.give([{ k: 'a', t: 50 }])
  await runtime.settle()
  const before = [...marks]
  bad.delete('b')
  const released = await Promise.all([running.releaseParked(), runtime.settle()])
  source.give([{ k: 'b', t: 60 }])
  source.end()
  await runtime.settle()
  await ended

  expect(before).toEqual([20])
  expect(released[0]).toBe(2)
  expect(sink.records.map((row) => (row as Row).t)).toEqual([10, 30, 50, 20, 40, 60])
  expect(marks).toEqual([20, 50, 60, Infinity])
})

it('lets event time end without the records that still wait', async () => {
  const { bad, ended, kept, marks, runtime, source } = start()
  bad.add('b')

  await runtime.settle()
  source.give([
    { k: 'b', t: 20 },
    { k: 'a', t: 30 },
  ])
  source.end()
  await runtime.settle()
  const summary = await ended

  expect(marks).toEqual([20, Infinity])
  expect(kept).toMatchObject([{ record: { k: 'b', t: 20 }, eventTime: 20 }])
  expect(summary.warnings).toEqual(['"picky" still holds 1 parked record.'])
})

it('keeps what waits when the job is stopped, and fires nothing', async () => {
  const { bad, ended, kept, marks, runtime, running, source } = start()
  bad.add('b')

  await runtime.settle()
  source.give([
    { k: 'b', t: 20 },
    { k: 'b', t: 30 },
  ])
  await runtime.settle()
  void running.stop()
  await runtime.elapse(10_000)
  const summary = await ended

  expect(summary.state).toBe('stopped')
  expect(marks).toEqual([20])
  expect(kept).toMatchObject([
    { id: 'source//0/picky', error: { code: 'TEST_BAD' }, attempts: 1 },
    { id: 'source//1/picky', error: null, attempts: 0 },
  ])
})

it('keeps the id of a record and counts its tries over releases', async () => {
  const { bad, ended, runtime, running, source } = start()
  bad.add('b')

  await runtime.settle()
  source.give([{ k: 'b', t: 20 }])
  await runtime.settle()
  await Promise.all([running.releaseParked({ key: { k: 'b' } }), runtime.settle()])
  await Promise.all([running.releaseParked({ key: { k: 'other' } }), runtime.settle()])
  const parked = running.parked()
  source.end()
  await runtime.settle()
  await ended

  expect(parked).toMatchObject([{ id: 'source//0/picky', attempts: 2 }])
})

it('fails the job when more records wait than may, and keeps them all', async () => {
  const { bad, ended, kept, runtime, source } = start({}, 2)
  bad.add('b')

  await runtime.settle()
  source.give([
    { k: 'b', t: 1 },
    { k: 'b', t: 2 },
    { k: 'b', t: 3 },
    { k: 'b', t: 4 },
  ])
  await runtime.settle()
  const { error } = await ended

  expect(error?.message).toBe('"picky" holds 2 parked records, and one more came.')
  expect(error?.hint).toBe(
    'Look at what is parked and mend "picky"; onError: { park: { most: 20 } } holds more.',
  )
  expect(kept).toHaveLength(3)
})

it('lets go nothing before the job runs, after it has ended, and of parts that hold nothing', async () => {
  const { ended, runtime, running, source } = start()

  await runtime.settle()
  const nothing = await Promise.all([running.releaseParked({ stage: 'watch' }), runtime.settle()])
  source.end()
  await runtime.settle()
  await ended

  expect(nothing[0]).toBe(0)
  expect(await running.releaseParked()).toBe(0)
  expect(await running.skipParked()).toBe(0)
})

it('parks records whose key cannot be read one by one', async () => {
  const { ended, kept, runtime, sink, source } = start()

  await runtime.settle()
  source.give([
    { k: { not: 'a key' }, t: 1 },
    { k: 'a', t: 2 },
    { k: ['neither'], t: 3 },
  ])
  source.end()
  await runtime.settle()
  await ended

  expect(sink.records).toEqual([{ k: 'a', t: 2 }])
  expect(kept).toMatchObject([
    { key: null, error: { code: 'ENG_KEY' } },
    { key: null, error: { code: 'ENG_KEY' } },
  ])
})

it('hands nothing over after an abort', async () => {
  const { bad, ended, kept, runtime, running, source } = start()
  bad.add('b')

  await runtime.settle()
  source.give([{ k: 'b', t: 20 }])
  await runtime.settle()
  running.abort()
  await runtime.settle()
  await ended

  expect(kept).toEqual([])
})

it('is no policy of a source: what it cannot decode is a dead letter, or ends the job', async () => {
  const malformed = [{ offset: 0, raw: '?', code: 'X_JSON', message: 'No.' }]
  const run = async (more: Partial<JobSpec>) => {
    const runtime = createManualRuntime()
    const sources = [listSource([{ values: [], malformed }])]
    const sinks = [listSink('sink', [from('source')])]
    const spec = job({ sources, sinks, onError: { retry: { times: 3 }, then: 'park' }, ...more })
    const ended = createJob(spec, { runtime }).run()
    await runtime.settle()
    return ended
  }

  expect(await run({ deadLetter: listSink('letters', []) })).toMatchObject({ deadLetters: 1 })
  expect((await run({})).error?.code).toBe('ENG_RECORD')
})

it('keeps what was let go and was not through when the job failed', async () => {
  const runtime = createManualRuntime()
  const kept: ParkedRecord[] = []
  const source = gatedSource()
  let isBad = true
  const slow = stage(
    'slow',
    'source',
    {
      async process(n: number, context) {
        if (isBad) return context.reject('TEST_BAD', 'No.')
        if (n === 2) await new Promise(() => undefined)
        return n
      },
    },
    { onError: 'park' },
  )
  const breaks = stage('breaks', 'source', {
    process: (n: number, context) => (n === 9 ? context.reject('TEST_NINE', 'No.') : n),
  })
  const sinks = [listSink('sink', [from('slow'), from('breaks')])]
  const running = createJob(job({ sources: [source], stages: [slow, breaks], sinks }), {
    runtime,
    onParked: (records) => void kept.push(...records),
  })
  const ended = running.run()

  await runtime.settle()
  source.give([1, 2, 3])
  await runtime.settle()
  isBad = false
  void running.releaseParked()
  await runtime.settle()
  source.give([9])
  await runtime.settle()
  const { error } = await ended

  expect(error?.code).toBe('ENG_RECORD')
  expect(kept.map(({ record }) => record)).toEqual([2, 3])
})

it('writes nothing behind a record that a sink refuses, however many come together', async () => {
  const runtime = createManualRuntime()
  const written: unknown[] = []
  const kept: ParkedRecord[] = []
  const sink = listSink('sink', [from('source')], {
    write(batch) {
      const all = Array.from({ length: batch.length }, (_, index) => batch.value(index))
      written.push(...all.filter((n) => n !== 3))
      const refused = all.indexOf(3)
      if (refused < 0) return undefined
      return { rejected: [{ index: refused, code: 'TEST_BAD', message: 'No.', retry: false }] }
    },
  })
  const spec = job({ sources: [listSource([[1, 2, 3, 4], [5]])], sinks: [sink], onError: 'park' })
  const ended = createJob(spec, {
    runtime,
    onParked: (records) => void kept.push(...records),
  }).run()

  await runtime.settle()
  const { sinks } = await ended

  expect(written).toEqual([1, 2])
  expect(kept.map(({ record }) => record)).toEqual([3, 4, 5])
  expect(sinks).toMatchObject([{ received: 5, written: 2, rejected: 0, held: 3 }])
})
