import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ParallelSpec } from '../plan/parallel-spec.ts'
import type { KeyPart } from '../plan/job-spec.ts'
import { ENG_KEY } from '../errors.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'
import { cut, groupBy, simulate, sleeper } from './parallel.test-support.ts'

interface Reading {
  readonly user: unknown
  readonly n: number
  readonly at: number
}

const by: readonly KeyPart[] = [
  {
    name: 'user',
    description: 'user',
    read(record) {
      const { user } = record as Reading
      if (user === 'nobody') throw ENG_KEY({ name: 'user', got: 'nobody' })
      return user
    },
  },
]
const time = {
  timestamp: (record: unknown) => (record as Reading).at,
  disorderMs: 7,
  description: 'at',
}

/** A stage with state, timers, dead, filtered and late records. */
function totals(parallel: ParallelSpec | undefined, isSlow: boolean) {
  return stage(
    'totals',
    'source',
    ({ state, timers }) => {
      const total = state.value<number>('total', { initial: () => 0 })
      return {
        process({ n, at, user }: Reading, context) {
          if (at < context.watermark) return context.skip('late')
          total.set(total.get() + n)
          timers.event.set(at - (at % 10) + 10, 'ten')
          if (n % 7 === 3) return context.reject('THREE', 'No.')
          const result = [user, total.get(), context.watermark]
          return isSlow && n % 4 === 0 ? Promise.resolve(result) : result
        },
        onTimer({ at, name, time: service }, context) {
          context.emit([context.key?.['user'], total.get(), at, name, service])
        },
      }
    },
    { by, parallel },
  )
}

async function outcome(
  records: readonly Reading[],
  sizes: readonly number[],
  parallel?: ParallelSpec,
  isSlow = false,
) {
  const sink = listSink('sink', [from('after')])
  const dead = listSink('dead', [])
  const after = stage('after', 'totals', {
    process: (result: readonly unknown[], { timestamp }) => [...result, timestamp],
  })
  const summary = await simulate(
    job({
      sources: [listSource(cut(records, sizes), { time })],
      stages: [totals(parallel, isSlow), after],
      sinks: [sink],
      deadLetter: dead,
      errors: { atMost: 1, of: 10 },
    }),
  )
  const letters = dead.records.map((letter) => {
    const { error, key, record, stage: id } = letter as Readonly<Record<string, unknown>>
    return JSON.stringify([id, record, key, error])
  })
  const stages = summary.stages.map((counts) => {
    return { ...counts, reasons: Object.entries(counts.reasons).map(String).toSorted() }
  })
  return {
    state: summary.state,
    byUser: groupBy(sink.records as unknown[][], (record) => record[0]),
    letters: letters.toSorted(),
    stages,
  }
}

const readings = fc.array(
  fc.record({
    user: fc.constantFrom<unknown>('ann', 'bob', 'cid', 'dan', 1, '1', null, -0, 'nobody', 'eve'),
    n: fc.nat(30),
    at: fc.nat(90),
  }),
  { maxLength: 60 },
)
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })

it('gives the same for each key with any number of workers, and counts the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      readings,
      sizes,
      fc.integer({ min: 2, max: 5 }),
      fc.boolean(),
      async (records, batches, workers, isSlow) => {
        const parallel: ParallelSpec = { workers, runs: 'async', mode: 'keyed' }

        const many = await outcome(records, batches, parallel, isSlow)

        expect(many).toEqual(await outcome(records, [1024], undefined, isSlow))
      },
    ),
    { numRuns: 150 },
  )
})

it('gives the same records without keys, in any order, and counts the same', async () => {
  const run = async (values: readonly number[], batches: readonly number[], inFlight?: number) => {
    const sink = listSink('sink', [from('slow')])
    const parallel: ParallelSpec | undefined =
      inFlight === undefined
        ? undefined
        : { workers: 3, runs: 'async', mode: 'unordered', inFlight }
    const slow = stage(
      'slow',
      'source',
      {
        process: (n: number, context) => {
          if (n % 5 === 0) return context.reject('FIVE', 'No.')
          return n % 3 === 0 ? Promise.resolve([n, context.watermark]) : [n, context.watermark]
        },
      },
      { traits: { keeps: 'nothing' }, parallel },
    )
    const summary = await simulate(
      job({
        sources: [
          listSource(cut(values, batches), {
            time: { timestamp: Number, disorderMs: 2, description: 'itself' },
          }),
        ],
        stages: [slow],
        sinks: [sink],
        deadLetter: listSink('dead', []),
        errors: { atMost: 1, of: 10 },
      }),
    )
    const { stages, state, deadLetters } = summary
    return { state, stages, deadLetters, records: sink.records.map(String).toSorted() }
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(50), { maxLength: 50 }),
      sizes,
      fc.integer({ min: 1, max: 12 }),
      async (values, batches, inFlight) => {
        expect(await run(values, batches, inFlight)).toEqual(await run(values, [1024]))
      },
    ),
    { numRuns: 100 },
  )
})

it('waits for as many records at once as there are workers', async () => {
  const delays = [50, 450, 150, 650, 250]
  const { finished, spec } = sleeper({ workers: 5, runs: 'async', mode: 'unordered' })
  const sink = listSink('sink', [from('slow')])

  const summary = await simulate(
    job({ sources: [listSource([delays])], stages: [spec], sinks: [sink] }),
  )

  expect(finished).toEqual([50, 150, 250, 450, 650])
  expect(sink.records).toEqual([50, 150, 250, 450, 650])
  expect(summary.stages).toMatchObject([{ id: 'slow', in: 5, used: 5 }])
  expect(summary.elapsedMs).toBeLessThan(800)
})

it('lets a replica without keys have no state', async () => {
  const counts = stage(
    'counts',
    'source',
    ({ state }) => {
      const count = state.value('count', { initial: () => 0 })
      return { process: () => count.get() }
    },
    { traits: { keeps: 'instance' }, parallel: { workers: 2, runs: 'async', mode: 'unordered' } },
  )
  const { error } = await simulate(
    job({
      sources: [listSource([[1]])],
      stages: [counts],
      sinks: [listSink('sink', [from('counts')])],
    }),
  )

  expect(error?.message).toContain(
    '"counts" asks for state, and has several workers and no by: each would see only a part of the records.',
  )
})
