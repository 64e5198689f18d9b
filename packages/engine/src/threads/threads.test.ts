import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  from,
  job,
  keyPart,
  listSink,
  listSource,
  stage,
} from '../job/engine-parts.test-support.ts'
import { cut, groupBy, simulate } from '../job/parallel.test-support.ts'
import type { JobSpec, StageSpec } from '../plan/job-spec.ts'
import { threaded } from './threads.test-support.ts'

interface Reading {
  readonly user: string | null
  readonly n: number
  readonly at: number
}

const time = {
  timestamp: (record: unknown) => (record as Reading).at,
  disorderMs: 7,
  description: 'at',
}

/** Of each stage how many, and where. */
type Workers = readonly [Share, Share]
type Share = readonly [number, 'threads' | 'processes']

/** Two stages behind each other, both by a key, the second by another one: all that a worker can do to a record. */
function stages(workers: Workers | undefined): readonly StageSpec[] {
  const parallel = ([workers, runs]: Workers[number]) => ({ workers, runs, mode: 'keyed' as const })
  return [
    stage(
      'totals',
      'source',
      ({ metrics, state, timers }) => {
        const total = state.value<number>('total', { initial: () => 0 })
        const seen = metrics.counter('seen')
        return {
          process({ at, n, user }: Reading, context) {
            seen.add(1)
            if (at < context.watermark) return context.skip('late')
            total.set(total.get() + n)
            timers.event.set(at - (at % 10) + 10, 'ten')
            if (n % 7 === 3) return context.reject('THREE', 'No.')
            return { user, n, total: total.get(), watermark: context.watermark }
          },
          onTimer({ at, name }, context) {
            context.emit({ user: context.key?.['user'], n: -at, total: total.get(), name })
          },
        }
      },
      { by: [keyPart('user')], parallel: workers && parallel(workers[0]) },
    ),
    stage(
      'counts',
      'totals',
      ({ state }) => {
        const count = state.value<number>('count', { initial: () => 0 })
        return {
          process(record: { n: number; user: string }, context) {
            count.set(count.get() + 1)
            return { ...record, at: context.timestamp, count: record.n < 0 ? null : count.get() }
          },
        }
      },
      {
        by: [
          {
            name: 'of',
            description: 'of',
            read: (r) => `${(r as Reading).user} of ${(r as Reading).n % 3}`,
          },
        ],
        parallel: workers && parallel(workers[1]),
      },
    ),
  ]
}

function parts(records: readonly Reading[], sizes: readonly number[]) {
  const sink = listSink('sink', [from('counts')])
  const dead = listSink('dead', [])
  const spec = (list: readonly StageSpec[]): JobSpec =>
    job({
      sources: [listSource(cut(records, sizes), { time })],
      stages: list,
      sinks: [sink],
      deadLetter: dead,
      errors: { atMost: 1, of: 10 },
    })
  return { dead, sink, spec }
}

function outcome(
  { dead, sink }: ReturnType<typeof parts>,
  summary: Awaited<ReturnType<typeof simulate>>,
) {
  return {
    state: summary.state,
    error: summary.error,
    counts: summary.stages,
    letters: summary.deadLettersByCode,
    byKey: groupBy(
      sink.records as { user: string; n: number }[],
      ({ n, user }) => `${user} ${n % 3}`,
    ),
    dead: dead.records
      .map((letter) => letter as Record<string, unknown>)
      .map(({ error, key, position, record, stage: id }) =>
        JSON.stringify([id, record, key, error, position]),
      )
      .toSorted(),
  }
}

const readings = fc.array(
  fc.record({
    user: fc.constantFrom('ann', 'bob', 'cid', 'dan', null),
    n: fc.nat(30),
    at: fc.nat(90),
  }),
  { maxLength: 40 },
)
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })

const share = (max: number) =>
  fc.tuple(fc.integer({ min: 2, max }), fc.constantFrom('threads', 'processes'))

it('gives the same for each key in any number of threads and processes, and counts the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      readings,
      sizes,
      fc.tuple(share(3), share(4)),
      async (records, batches, workers) => {
        const apart = parts(records, batches)
        const one = parts(records, batches)
        const { run, threads } = threaded(apart.spec(stages(workers)), () => stages(workers))

        const told = outcome(apart, await run())

        expect(told).toEqual(outcome(one, await simulate(one.spec(stages(undefined)))))
        expect(threads.places).toEqual(placesOf(workers))
      },
    ),
    { numRuns: 60 },
  )
})

/** Workers of the same number of both stages are one, if they are in the same; processes come last. */
function placesOf(workers: Workers): readonly string[] {
  const most = (place: string): number => {
    return Math.max(0, ...workers.map(([count, runs]) => (runs === place ? count : 0)))
  }
  return [
    ...Array.from({ length: most('threads') }, () => 'thread'),
    ...Array.from({ length: most('processes') }, () => 'process'),
  ]
}

const twice = (process: (n: number) => unknown): readonly StageSpec[] => [
  stage(
    'work',
    'source',
    { process },
    {
      traits: { keeps: 'nothing' },
      parallel: { workers: 2, runs: 'threads', mode: 'unordered' },
    },
  ),
]

it('gives results of two threads in the order of the records, where that is asked for', async () => {
  const ordered = (): readonly StageSpec[] => [
    stage(
      'work',
      'source',
      { process: (n: number) => (n % 2 === 0 ? Promise.resolve(n) : n) },
      {
        batch: 3,
        traits: { keeps: 'nothing' },
        parallel: { workers: 2, runs: 'threads', mode: 'ordered' },
      },
    ),
  ]
  const numbers = Array.from({ length: 100 }, (_, n) => n)
  const sink = listSink('sink', [from('work')])
  const source = listSource(cut(numbers, [7, 1, 20]))
  const spec = job({ sources: [source], stages: ordered(), sinks: [sink] })

  await threaded(spec, ordered).run()

  expect(sink.records).toEqual(numbers)
})

it.each(['ordered', 'unordered'] as const)(
  '%s: what exits in a thread or a process comes to the sink behind it',
  async (mode) => {
    const exiting = (): readonly StageSpec[] => [
      stage(
        'work',
        'source',
        {
          process: (n: number, context) =>
            n % 3 === 0 ? context.exit('three', { n, of: 'three' }) : n,
        },
        {
          batch: 3,
          traits: { keeps: 'nothing', exits: true },
          parallel: { workers: 2, runs: 'threads', mode },
        },
      ),
      stage('after', 'work', { process: (n: number) => ({ n }) }),
    ]
    const numbers = Array.from({ length: 60 }, (_, n) => n)
    const sink = listSink('sink', [from('after')])
    const source = listSource(cut(numbers, [7, 1, 20]))
    const spec = job({ sources: [source], stages: exiting(), sinks: [sink] })

    const { stages: counts } = await threaded(spec, exiting).run()

    const records = sink.records as { n: number; of?: string }[]
    const exited = records.filter(({ of }) => of === 'three').map(({ n }) => n)
    const inOrder = numbers.filter((n) => n % 3 === 0)
    expect(records).toHaveLength(60)
    expect(mode === 'ordered' ? exited : exited.toSorted((a, b) => a - b)).toEqual(inOrder)
    expect(counts[0]).toMatchObject({ in: 60, used: 60, sent: { out: 40, exit: 20 } })
  },
)

function work(process: (n: number) => unknown, more: Partial<JobSpec> = {}) {
  const sink = listSink('sink', [from('work')])
  const source = listSource([Array.from({ length: 10 }, (_, n) => n)])
  const spec = job({ sources: [source], stages: twice(process), sinks: [sink], ...more })
  return { sink, ...threaded(spec, () => twice(process)) }
}

it('ends the job with the error of the record that failed in a thread, in full', async () => {
  const { run } = work((n) => {
    if (n === 4) throw new RangeError('four')
    return n
  })

  const { error, state } = await run()

  expect(state).toBe('failed')
  expect({ ...error?.toJSON(), retry: error?.retry, cause: String(error?.cause) }).toEqual({
    code: 'ENG_RECORD',
    message: 'Stage "work" failed at record source#4: ENG_THROW: four',
    hint: expect.any(String),
    where: { stage: 'work', record: 'source#4' },
    retry: 'never',
    cause: 'Error: four',
  })
})

it('says which stage gave a record that no other thread can be given', async () => {
  const { run } = work((n) => ({ call: () => n }))

  expect((await run()).error?.toJSON()).toEqual({
    code: 'ENG_WORKER_RECORD',
    message:
      'A record of "work" cannot go to another thread or process: () => n could not be cloned.',
    hint: 'Emit plain data, without functions; or write runs: async in its parallel.',
    where: { stage: 'work' },
  })
})

it('fails when a thread ends by itself, and says which stages are lost', async () => {
  const { run, threads } = work((n) => (n === 9 ? new Promise(() => {}) : n))

  const { error } = await run((step) => {
    if (step === 5) threads.kill(1, { exitCode: 3 })
  })

  expect(error?.message).toBe('The worker thread of "work" is lost: it ended with code 3')
  expect(error?.retry).toBe('later')
})

it('ends a thread that gives no answer, which has a minute to begin', async () => {
  const { run, threads } = work((n) => n)

  const { error } = await run(() => threads.mute.add(0))

  expect(error?.message).toBe(
    'The worker thread of "work" has not answered for 60 s and was ended.',
  )
})

it('ends the job where too many records fail in all threads together', async () => {
  const { run } = work(
    (n) => {
      if (n % 2 === 0) throw new RangeError('even')
      return n
    },
    { deadLetter: listSink('dead', []), errors: { atMost: 0.3, of: 10 } },
  )

  expect((await run()).error?.code).toBe('ENG_ERROR_RATE')
})

it('stages in the thread of the job stand before and behind those in others', async () => {
  const build = (): readonly StageSpec[] => [
    stage('before', 'source', { process: (record: Reading) => ({ ...record, n: record.n + 1 }) }),
    stage(
      'sums',
      'before',
      ({ state }) => {
        const sum = state.value<number>('sum', { initial: () => 0 })
        return {
          process({ n, user }: Reading) {
            sum.set(sum.get() + n)
            return { user, sum: sum.get() }
          },
        }
      },
      {
        by: [keyPart('user')],
        parallel: { workers: 2, runs: 'threads' as const, mode: 'keyed' as const },
      },
    ),
    stage('counts', 'sums', { process: (record: object) => ({ ...record, isBehind: true }) }),
  ]
  const records = [1, 2, 3, 4].map((n) => ({ user: n % 2 === 0 ? 'even' : 'odd', n, at: n }))
  const { sink, spec } = parts(records, [4])

  const { error, stages: counts } = await threaded(spec(build()), build).run()

  expect(error).toBeUndefined()
  const byUser = groupBy(sink.records as { user: string }[], ({ user }) => user)
  expect(Object.fromEntries(byUser)).toEqual({
    odd: [2, 6].map((sum) => ({ user: 'odd', sum, isBehind: true })),
    even: [3, 8].map((sum) => ({ user: 'even', sum, isBehind: true })),
  })
  expect(counts.map(({ in: taken, used }) => [taken, used])).toEqual([
    [4, 4],
    [4, 4],
    [4, 4],
  ])
})

it('is not begun anew where a worker never opened, also where nobody waited for it', async () => {
  const pass = (): object => ({ process: (record: unknown) => record })
  const parallel = { workers: 2, runs: 'threads', mode: 'unordered' } as const
  const backoff = { minMs: 3, maxMs: 3, factor: 1, jitter: 0 }
  const own = { parallel, traits: { keeps: 'nothing' as const } }
  const source = listSource([[{ n: 1 }], [{ n: 2 }]])
  const again = { ...source.factory.traits, replay: 'position' as const }
  const sink = listSink('out', [from('pass')])
  const anew = { ...sink.factory.traits, replaces: true }
  const spec = job({
    sources: [{ ...source, factory: { ...source.factory, traits: again } }],
    stages: [stage('pass', 'source', pass, own)],
    sinks: [{ ...sink, factory: { ...sink.factory, traits: anew } }],
    restart: { intensity: 3, periodMs: 60_000, onEscalate: { restart: { intensity: 3, backoff } } },
  })
  const broken = (): never => {
    throw new Error('No model.')
  }

  const summary = await threaded(spec, () => [stage('pass', 'source', broken, own)]).run()

  expect(summary).toMatchObject({ state: 'failed', pipelineRestarts: 0 })
  expect(summary.error?.message).toContain('No model.')
})
