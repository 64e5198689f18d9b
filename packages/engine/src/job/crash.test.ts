import { defineError, type MillraceError } from '@millrace/base'
import { createManualRuntime, type ManualRuntime } from '@millrace/core'
import type { SinkInstance, SourceBatch, SourceFactory, StageScope } from '@millrace/sdk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JobSpec, RestartSpec, SourceSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import { createJob } from './create-job.ts'
import { from, gatedSource, job, listSink, listSource, stage } from './engine-parts.test-support.ts'

const always: RestartSpec = { backoff: { minMs: 1000, maxMs: 1000, factor: 1, jitter: 0 } }
const WRONG = defineError({ code: 'TEST_WRONG', message: () => 'Wrong.', hint: () => 'Mend it.' })

/** Reads the numbers below `count`, `size` at a time; `fails` says at which calls something throws. */
function numbers(
  count: number,
  options: {
    readonly size?: number
    readonly replay?: 'position' | 'none'
    readonly opens?: (open: number) => unknown
    readonly reads?: (batch: number) => unknown
    readonly restart?: RestartSpec | undefined
    readonly says?: boolean
  },
): SourceSpec & { readonly log: string[] } {
  const { opens, reads, replay = 'position', restart, says = true, size = 2 } = options
  const log: string[] = []
  let opened = 0
  let batches = 0
  const factory: SourceFactory = {
    traits: { name: 'numbers', ends: true, replay },
    create: () => ({
      open() {
        const error = opens?.(++opened)
        if (error !== undefined) throw error
      },
      async *read(_partition, position): AsyncGenerator<SourceBatch> {
        const start = (position as number | undefined) ?? 0
        log.push(`read from ${start}`)
        for (let n = start; n < count; n += size) {
          const error = reads?.(++batches)
          if (error !== undefined) throw error
          const values = Array.from({ length: Math.min(size, count - n) }, (_, index) => n + index)
          yield { values, ...(says && { position: n + values.length }) }
        }
      },
      close: () => void log.push('close'),
    }),
    dispose() {},
  }
  return { id: 'source', factory, restart, log }
}

async function run(
  spec: JobSpec,
  runtime: ManualRuntime = createManualRuntime(),
): Promise<Summary> {
  const ended = createJob(spec, { runtime }).run()
  await runtime.elapse(1_000_000)
  return ended
}

describe('a source', () => {
  it('that knows its position reads on from there, and gives each record once', async () => {
    const law = fc.asyncProperty(
      fc.nat(20),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.boolean(), { maxLength: 12 }),
      async (count, size, failing) => {
        const source = numbers(count, {
          size,
          reads: (batch) => (failing[batch - 1] === true ? new Error('no line') : undefined),
        })
        const sink = listSink('sink', [from('source')])

        const summary = await run(
          job({
            sources: [source],
            sinks: [sink],
            restart: { intensity: 100, periodMs: 1000 },
          }),
        )

        expect(sink.records).toEqual(Array.from({ length: count }, (_, n) => n))
        expect(summary).toMatchObject({ state: 'completed', sources: [{ read: count }] })
      },
    )
    await fc.assert(law, { numRuns: 100 })
  })

  it.each([
    ['cannot be read from a position', { replay: 'none' as const }],
    ['did not say where its last batch ended', { says: false }],
    ['is never to be restarted', { restart: { type: 'temporary' as const } }],
    ['threw an error with a code', { error: WRONG({}) }],
  ])('ends the job when a read throws and it %s', async (_why, more) => {
    const error = 'error' in more ? more.error : new Error('no line')
    const source = numbers(6, { reads: (batch) => (batch === 2 ? error : undefined), ...more })
    const sink = listSink('sink', [from('source')])

    const summary = await run(job({ sources: [source], sinks: [sink] }))

    expect(summary.error?.message).toBe(
      'error' in more ? 'Wrong.' : 'Source "source" failed: no line',
    )
    expect(source.log).toEqual(['read from 0', 'close'])
    expect(summary.restarts).toBe(0)
  })

  it('waits longer each time, as its backoff says, and not at all when the job is stopped', async () => {
    const runtime = createManualRuntime()
    const times: number[] = []
    const source = numbers(4, {
      opens: (open) => {
        times.push(runtime.monotonic())
        return open > 1 ? new Error('no line') : undefined
      },
      reads: () => new Error('no line'),
      restart: { backoff: { minMs: 10, maxMs: 50, factor: 2, jitter: 0 } },
    })
    const sink = listSink('sink', [from('source')])
    const spec = job({
      sources: [source],
      sinks: [sink],
      restart: { intensity: 10, periodMs: 60_000 },
    })

    const running = createJob(spec, { runtime })
    const ended = running.run()
    await runtime.elapse(125)
    void running.stop()
    await runtime.settle()
    const summary = await ended

    expect(times.slice(0, 5)).toEqual([0, 10, 30, 70, 120])
    expect(summary.state).toBe('stopped')
    expect(runtime.monotonic()).toBe(125)
  })
})

describe('the start', () => {
  const start = async (restart: RestartSpec | undefined, error: unknown): Promise<Summary> => {
    const source = numbers(2, { opens: (open) => (open < 3 ? error : undefined), restart })
    return run(job({ sources: [source], sinks: [listSink('sink', [from('source')])] }))
  }

  it('is tried again where the job says how, within the budget', async () => {
    expect(await start(always, new Error('no line'))).toMatchObject({
      state: 'completed',
      restarts: 2,
    })
  })

  it('fails at once where nothing is said, and for an error with a code', async () => {
    const plain = await start(undefined, new Error('no line'))
    const coded = await start(always, WRONG({}))

    expect(plain.error?.message).toBe('"source" failed to open: no line')
    expect(coded.error?.message).toBe('Wrong.')
    expect([plain.restarts, coded.restarts]).toEqual([0, 0])
  })
})

it('counts the restarts of all parts in one budget', async () => {
  const sources = ['a', 'b'].map((id) => ({
    ...numbers(4, { reads: (batch) => (batch === 2 ? new Error(`no ${id}`) : undefined) }),
    id,
  }))
  const sink = listSink('sink', [from('a'), from('b')])

  const summary = await run(
    job({ sources, sinks: [sink], restart: { intensity: 1, periodMs: 60_000 } }),
  )

  expect(summary.error?.message).toBe(
    '"b" is not started again: the job saw 2 such failures within 1m, and restart.intensity allows 1; the last one: Source "b" failed: no b',
  )
})

describe('a sink', () => {
  const write = async (reopens: boolean, error: unknown) => {
    const written: unknown[] = []
    let writes = 0
    const sink = listSink('sink', [from('source')])
    const create = (): SinkInstance => ({
      write(batch) {
        for (let index = 0; index < batch.length; index++) {
          // The second batch fails in the middle.
          if (index === 1 && ++writes === 2) throw error
          written.push(batch.value(index))
        }
      },
    })
    const factory = { ...sink.factory, traits: { ...sink.factory.traits, reopens }, create }
    const spec = job({
      sources: [
        listSource([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      ],
      sinks: [{ ...sink, factory, restart: always }],
    })
    return { written, summary: await run(spec) }
  }

  it('that can go on with a new instance writes the batch in hand again', async () => {
    const { summary, written } = await write(true, new Error('no line'))

    expect(written).toEqual([1, 2, 3, 3, 4, 5, 6])
    expect(summary).toMatchObject({
      state: 'completed',
      restarts: 1,
      sinks: [{ received: 6, written: 6, held: 0 }],
    })
  })

  it('ends the job when a write throws and it cannot, or when the error has a code', async () => {
    const plain = await write(false, new Error('no line'))
    const coded = await write(true, WRONG({}))

    expect(plain.summary.error?.message).toBe('Sink "sink" failed to write: no line')
    expect(coded.summary.error?.message).toBe('Wrong.')
  })
})

describe('a timer that throws', () => {
  const ticking = (scope: StageScope, log: string[], name: string) => {
    const total = scope.state.value<number>('total', { initial: () => 0 })
    scope.timer(100, () => {
      throw new Error('tick')
    })
    scope.timer(150, () => void log.push(`${name} still ticks`))
    return {
      process(n: number) {
        total.set(total.get() + n)
        return `${total.get()} by ${name}`
      },
      close: () => void log.push(`close ${name}`),
    }
  }

  it('has the stage made again: its state stays, its other timers are gone', async () => {
    const runtime = createManualRuntime()
    const log: string[] = []
    let made = 0
    const source = gatedSource()
    const sink = listSink('sink', [from('ticks')])
    const stages = [stage('ticks', 'source', (scope) => ticking(scope, log, `${++made}`))]
    const ended = createJob(job({ sources: [source], stages, sinks: [sink] }), { runtime }).run()

    await runtime.settle()
    source.give([1])
    await runtime.elapse(250)
    source.give([2])
    source.end()
    await runtime.settle()
    const summary = await ended

    expect(sink.records).toEqual(['1 by 1', '3 by 2'])
    expect(log).toEqual(['close 1', 'close 2'])
    expect(summary).toMatchObject({ state: 'completed', restarts: 1 })
  })

  it('ends the job where a source or a sink cannot go on, and says so', async () => {
    const errors: (MillraceError | undefined)[] = []
    for (const part of ['source', 'sink'] as const) {
      const ticks = (scope: Pick<StageScope, 'timer'>): void => {
        scope.timer(100, () => {
          throw new Error('tick')
        })
      }
      const source = gatedSource()
      const sink = listSink('sink', [from('source')])
      const { create } = source.factory
      const sources = [
        {
          ...source,
          factory: {
            ...source.factory,
            create(scope: StageScope) {
              if (part === 'source') ticks(scope)
              return create(scope)
            },
          },
        },
      ] as readonly SourceSpec[]
      const factory = {
        ...sink.factory,
        create(scope: StageScope) {
          if (part === 'sink') ticks(scope)
          return sink.factory.create(scope)
        },
      }
      const runtime = createManualRuntime()
      const ended = createJob(job({ sources, sinks: [{ ...sink, factory }] }), {
        runtime,
      }).run()
      await runtime.settle()
      source.give([1])
      await runtime.elapse(200)
      source.give([2])
      source.end()
      await runtime.elapse(10_000)
      errors.push((await ended).error)
    }

    expect(errors.map((error) => error?.message)).toEqual([
      'A timer of "source" failed: tick',
      'A timer of "sink" failed: tick',
    ])
  })

  it('is withdrawn where the record failed that set it, in batches too', async () => {
    const fired: string[] = []
    for (const way of ['process', 'processBatch'] as const) {
      const runtime = createManualRuntime()
      const source = gatedSource()
      const sets = stage(
        'sets',
        'source',
        ({ timer }) => ({
          process(n: number, context) {
            timer(100, () => void fired.push(`${way} ${n}`))
            if (n === 2) context.reject('TEST_TWO', 'No.')
          },
          ...(way === 'processBatch' && {
            processBatch() {
              timer(100, () => void fired.push('a batch'))
              throw WRONG({})
            },
          }),
        }),
        { onError: 'skip' },
      )
      const spec = job({
        sources: [source],
        stages: [sets],
        sinks: [listSink('sink', [from('sets')])],
      })
      const ended = createJob(spec, { runtime }).run()
      await runtime.settle()
      source.give([1, 2, 3])
      await runtime.elapse(100)
      source.end()
      await runtime.settle()
      await ended
    }

    expect(fired).toEqual(['process 1', 'process 3', 'processBatch 1', 'processBatch 3'])
  })
})
