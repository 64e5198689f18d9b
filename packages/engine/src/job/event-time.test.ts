import { renderError } from '@millrace/base'
import { createManualRuntime, type ManualRuntime } from '@millrace/core'
import type { SourceFactory } from '@millrace/sdk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JobSpec, SourceSpec, StageSpec, TimeSpec } from '../plan/job-spec.ts'
import { createJob } from './create-job.ts'
import type { EngineJob } from './engine-job.ts'
import { from, gatedSource, listSink, listSource, stage } from './engine-parts.test-support.ts'

const time = (more: Partial<TimeSpec> = {}): TimeSpec => ({
  timestamp: (record) => (typeof record === 'number' ? record : Number.NaN),
  disorderMs: 0,
  description: 'itself',
  ...more,
})

/** Writes down each record with the watermark in front of it, and each watermark that fires. */
function seeing(seen: string[], inputs: StageSpec['inputs'], id = 'seeing'): StageSpec {
  const process = (record: number, context: { readonly watermark: number }): number => {
    seen.push(`${record}@${context.watermark}`)
    return record
  }
  const instance = { process, onWatermark: (mark: number) => void seen.push(`mark ${mark}`) }
  return { ...stage(id, '', instance), inputs }
}

interface Started {
  readonly runtime: ManualRuntime
  readonly job: EngineJob
  readonly seen: string[]
  /** What was seen since the last time. */
  news(): readonly string[]
}

async function started(sources: readonly SourceSpec[], more: Partial<JobSpec> = {}) {
  const seen: string[] = []
  const runtime = createManualRuntime({ startMs: 1000 })
  const inputs = sources.map(({ id }) => ({ name: id, from: [from(id)] }))
  const sink = listSink('sink', [from('seeing')])
  const stages = [seeing(seen, inputs)]
  const job = createJob({ name: 'job', sources, stages, sinks: [sink], ...more }, { runtime })
  void job.run()
  await runtime.settle()
  const news = (): readonly string[] => seen.splice(0)
  return { runtime, job, seen, news } satisfies Started
}

describe('the watermark of a source', () => {
  it('in front of each record is the largest time so far minus the disorder, whatever the batches', async () => {
    const times = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 30 })
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(times, sizes, fc.nat(9), async (records, cuts, disorderMs) => {
        const batches: number[][] = []
        for (let at = 0; at < records.length;) {
          const size = cuts[batches.length % cuts.length] as number
          batches.push(records.slice(at, at + size))
          at += size
        }
        const seen: string[] = []
        const source = listSource(batches, { time: time({ disorderMs }) })
        const process = (record: number, context: { readonly watermark: number }): number => {
          seen.push(`${record}@${context.watermark}`)
          return record
        }
        const job = createJob(
          {
            name: 'job',
            sources: [source],
            stages: [stage('seeing', 'source', { process })],
            sinks: [listSink('sink', [from('seeing')])],
          },
          { runtime: createManualRuntimeThatRuns() },
        )

        await job.run()

        const expected = records.map((record, index) => {
          const before = records.slice(0, index)
          return `${record}@${before.length === 0 ? -Infinity : Math.max(...before) - disorderMs}`
        })
        expect(seen).toEqual(expected)
      }),
    )
  })

  it('is what a strategy of the job says; what is lower than before, or no number, counts as before', async () => {
    const marks = [5, 3, Number.NaN, 7]
    const watermarks = () => ({ after: (at: number) => marks[at] as number })
    const source = listSource([[0, 1], [2, 3], [9]], { time: time({ watermarks }) })

    const { news } = await started([source])

    expect(news()).toEqual([
      '0@-Infinity',
      'mark 5',
      '1@5',
      '2@5',
      '3@5',
      'mark 7',
      '9@7',
      'mark Infinity',
    ])
  })

  it('ends the job where the strategy throws, and says that it was the strategy', async () => {
    const watermarks = () => ({
      after: (): number => {
        throw new Error('no idea')
      },
    })
    const { job } = await started([listSource([[1]], { time: time({ watermarks }) })])

    const { state, error } = await job.stop()

    expect(state).toBe('failed')
    expect(error && renderError(error)).toMatchInlineSnapshot(`
      "error[ENG_WATERMARKS]: The watermark strategy of source "source" failed in after: no idea
        at   stage source
        next Repair the strategy; for a record that tells nothing, after may return NaN."
    `)
  })

  it('is not moved by times that cannot be true: they are malformed, and say why', async () => {
    const bounds = { notBefore: 10, notAfter: 90_000, aheadMs: 1000 }
    const source = listSource([[9, 10, 90_001, 2001, 2000, null]], { time: time(bounds) })
    const dead = listSink('dead', [])

    const { news, job } = await started([source], { deadLetter: dead })
    await job.stop()

    expect(news()).toEqual(['10@-Infinity', 'mark 10', '2000@10', 'mark 2000', 'mark Infinity'])
    expect(
      dead.records.map((letter) => (letter as { error: { message: string } }).error.message),
    ).toEqual([
      "The record's time, 1970-01-01T00:00:00.009Z, is before 1970-01-01T00:00:00.010Z.",
      "The record's time, 1970-01-01T00:01:30.001Z, is after 1970-01-01T00:01:30.000Z.",
      "The record's time, 1970-01-01T00:00:02.001Z, is too far ahead of the clock, 1970-01-01T00:00:01.000Z.",
      'The record has no valid time in itself.',
    ])
  })
})

/** A manual runtime that needs nobody to run it. */
function createManualRuntimeThatRuns(): ManualRuntime {
  const runtime = createManualRuntime()
  return { ...runtime, schedule: (task) => queueMicrotask(task), yield: async () => {} }
}

describe('partitions that are read together', () => {
  function partitioned(gates: Readonly<Record<string, ReturnType<typeof gatedSource>>>) {
    const factory: SourceFactory = {
      traits: { name: 'partitioned', ends: true, replay: 'none', reads: 'together' },
      create: (scope) => ({
        partitions: () => Object.keys(gates),
        read: (partition, position, options) => {
          const gate = gates[partition] as ReturnType<typeof gatedSource>
          const instance = gate.factory.create(scope)
          if (instance instanceof Promise) throw new Error('made at once')
          return instance.read(partition, position, options)
        },
      }),
      dispose() {},
    }
    return factory
  }

  it('have the watermark of the slowest one; one that is over holds nobody back', async () => {
    const [a, b] = [gatedSource(), gatedSource()]
    const source = { id: 'source', factory: partitioned({ a, b }), time: time() }
    const { runtime, news } = await started([source])

    a.give([10, 20])
    await runtime.settle()
    expect(news()).toEqual(['10@-Infinity', '20@-Infinity'])
    b.give([15])
    await runtime.settle()
    expect(news()).toEqual(['15@-Infinity', 'mark 15'])
    b.end()
    a.give([21])
    await runtime.settle()
    expect(news()).toEqual(['mark 20', '21@20', 'mark 21'])
  })

  it('step aside one by one when they are silent', async () => {
    const [a, b] = [gatedSource(), gatedSource()]
    const idle = time({ idleMs: 60_000 })
    const { runtime, news } = await started([
      { id: 'source', factory: partitioned({ a, b }), time: idle },
    ])

    a.give([1000])
    b.give([500])
    await runtime.elapse(50_000)
    expect(news()).toEqual(['1000@-Infinity', '500@-Infinity', 'mark 500'])
    a.give([2000])
    await runtime.elapse(10_000)
    expect(news()).toEqual(['2000@500', 'mark 2000'])
    b.give([700])
    await runtime.settle()
    expect(news()).toEqual(['700@2000'])
    a.give([3000])
    await runtime.settle()
    expect(news()).toEqual(['3000@2000'])
  })
})

describe('a source that is silent', () => {
  it('lets event time go on with the clock from the last record on; what comes behind is counted', async () => {
    const source = { ...gatedSource(), time: time({ idleMs: 60_000, disorderMs: 1000 }) }
    const { runtime, news, job } = await started([source])

    source.give([5000])
    await runtime.elapse(59_999)
    expect(news()).toEqual(['5000@-Infinity', 'mark 4000'])
    await runtime.elapse(1)
    expect(news()).toEqual(['mark 64000'])
    await runtime.elapse(200)
    expect(news()).toEqual(['mark 64100', 'mark 64200'])
    source.give([64_199, 70_000])
    await runtime.settle()
    expect(news()).toEqual(['64199@64200', '70000@64200', 'mark 69000'])
    source.end()
    await runtime.settle()
    expect(job.progress().sources[0]?.metrics).toEqual({ lateAfterIdle: 1 })
  })

  it('never moves without idle, and has nothing to go on from before its first record', async () => {
    const waiting = { ...gatedSource(), time: time() }
    const empty = { ...gatedSource(), time: time({ idleMs: 10 }) }
    const one = await started([waiting])
    const other = await started([empty])

    waiting.give([5])
    await one.runtime.elapse(86_400_000)
    await other.runtime.elapse(86_400)

    expect(one.news()).toEqual(['5@-Infinity', 'mark 5'])
    expect(other.news()).toEqual([])
  })

  it('holds no other one back, comes back, and never takes event time back', async () => {
    const slow = { ...gatedSource('slow'), time: time({ idleMs: 60_000 }) }
    const fast = { ...gatedSource('fast'), time: time() }
    const { runtime, news } = await started([slow, fast])

    fast.give([10_000, 20_000])
    slow.give([1000])
    await runtime.settle()
    expect(news()).toEqual(['10000@-Infinity', '20000@-Infinity', '1000@-Infinity', 'mark 1000'])
    await runtime.elapse(60_000)
    expect(news()).toEqual(['mark 20000'])
    fast.give([30_000])
    await runtime.settle()
    expect(news()).toEqual(['30000@20000', 'mark 30000'])
    slow.give([2000])
    await runtime.settle()
    expect(news()).toEqual(['2000@30000'])
    fast.give([40_000])
    await runtime.settle()
    // Its own event time had gone on with the clock.
    expect(news()).toEqual(['40000@30000', 'mark 40000'])
    slow.give([100_000])
    await runtime.settle()
    expect(news()).toEqual(['100000@40000'])
  })

  it('leaves event time to the furthest one when all are, also behind another stage', async () => {
    const a = { ...gatedSource('a'), time: time({ idleMs: 1000 }) }
    const b = { ...gatedSource('b'), time: time({ idleMs: 1000 }) }
    const first: string[] = []
    const second: string[] = []
    const c = { ...gatedSource('c'), time: time() }
    const runtime = createManualRuntime()
    const job = createJob(
      {
        name: 'job',
        sources: [a, b, c],
        stages: [
          seeing(first, [{ name: 'in', from: [from('a'), from('b')] }], 'first'),
          seeing(second, [{ name: 'in', from: [from('first'), from('c')] }], 'second'),
        ],
        sinks: [listSink('sink', [from('second')])],
      },
      { runtime },
    )
    void job.run()
    await runtime.settle()

    a.give([5000])
    b.give([2000])
    c.give([9000])
    await runtime.settle()
    expect(first.splice(0).at(-1)).toBe('mark 2000')
    expect(second.splice(0).at(-1)).toBe('mark 2000')
    await runtime.elapse(1000)
    // The first stage goes on with the clock; the second has an input left that is not silent.
    expect(first.splice(0)).toEqual(['mark 6000'])
    expect(second.splice(0)).toEqual(['mark 9000'])
    job.abort()
  })

  it('is not one whose reader is full', async () => {
    const source = { ...gatedSource(), time: time({ idleMs: 100 }) }
    const held: (() => void)[] = []
    const runtime = createManualRuntime()
    const marks: number[] = []
    const slow = stage('slow', 'source', {
      process: () => new Promise<void>((resolve) => void held.push(resolve)),
      onWatermark: (mark) => void marks.push(mark),
    })
    const job = createJob(
      {
        name: 'job',
        sources: [source],
        stages: [slow],
        sinks: [listSink('sink', [from('slow')])],
        mailbox: { capacity: 1 },
      },
      { runtime },
    )
    void job.run()
    await runtime.settle()
    source.give([1, 2, 3])
    await runtime.elapse(10_000)

    expect(held).toHaveLength(1)
    expect(marks).toEqual([])
    job.abort()
  })
})

describe('arrival as the time of records', () => {
  it('is read from the clock, never goes back, and event time follows the clock in silence too', async () => {
    const source = { ...gatedSource(), time: time({ arrival: true }) }
    const { runtime, news } = await started([source])

    source.give([7])
    await runtime.settle()
    expect(news()).toEqual(['mark 1000', '7@1000'])
    await runtime.elapse(250)
    expect(news()).toEqual(['mark 1100', 'mark 1200'])
  })
})

describe('sources that are aligned', () => {
  const batches = (count: number, step: number): number[][] =>
    Array.from({ length: count }, (_, index) => [index * step])

  it('wait for the slowest one, and go on with it', async () => {
    const slow = { ...gatedSource('slow'), time: time() }
    const fast = {
      ...listSource(batches(100, 1000), { time: time({ alignMs: 10_000 }) }),
      id: 'fast',
    }
    const { runtime, job } = await started([slow, fast])
    const read = () => job.progress().sources[1]?.read

    expect(read()).toBe(1)
    slow.give([5000])
    await runtime.settle()
    expect(read()).toBe(17)
    slow.give([50_000])
    await runtime.settle()
    expect(read()).toBe(62)
    slow.end()
    await runtime.settle()
    expect(read()).toBe(100)
  })

  it('do not wait for one that is idle, and a stop ends the wait', async () => {
    const idle = { ...gatedSource('idle'), time: time({ idleMs: 1000 }) }
    const silent = { ...gatedSource('silent'), time: time() }
    const fast = (): SourceSpec => ({
      ...listSource(batches(9, 1000), { time: time({ alignMs: 1 }) }),
      id: 'fast',
    })
    const one = await started([idle, fast()])
    const other = await started([silent, fast()])

    await one.runtime.elapse(1000)
    expect(one.job.progress().sources[1]?.read).toBe(9)
    const stopped = other.job.stop()
    await other.runtime.settle()
    expect((await stopped).state).toBe('stopped')
  })
})
