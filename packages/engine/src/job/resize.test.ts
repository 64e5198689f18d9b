import { isMillraceError } from '@millrace/base'
import { createManualRuntime } from '@millrace/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CheckpointStore } from '../checkpoint/checkpoint.ts'
import { addsUp } from '../checkpoint/lives.test-support.ts'
import type { JobSpec, StageSpec } from '../plan/job-spec.ts'
import { type ParallelSpec, stageOf } from '../plan/parallel-spec.ts'
import { createJob } from './create-job.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'
import { cut, type Moment, simulate, sleeper } from './parallel.test-support.ts'

const time = { timestamp: Number, disorderMs: 3, description: 'itself' }

interface Resize {
  readonly atMs: number
  readonly stage: 'work' | 'more'
  readonly workers: number
}

/** Resizes that answer; what they come to is in `told`. */
function moments(resizes: readonly Resize[], told: unknown[] = []): readonly Moment[] {
  return resizes.map(({ atMs, stage: id, workers }) => ({
    atMs,
    act(running) {
      void running.resize(id, workers).then(
        (resized) => told.push(resized),
        (error: unknown) => told.push(isMillraceError(error) ? error.code : error),
      )
    },
  }))
}

/** A stage that fails for some numbers, emits nothing or several for others, and takes its time. */
function worker(
  id: 'work' | 'more',
  before: string,
  delays: readonly number[],
  parallel?: ParallelSpec,
): StageSpec {
  return stage(
    id,
    before,
    ({ outputs, timer }) => ({
      process(n: number, context) {
        if (n % 7 === 3) return context.reject('THREE', 'No.')
        if (n % 5 === 1) return context.skip('one')
        if (n % 2 === 1) outputs['odd']?.emit([n, context.watermark])
        if (n % 4 === 2) context.emit(n + 1)
        const delay = delays[n % delays.length] ?? 0
        if (delay === 0) return n
        return new Promise((resolve) => void timer(delay, () => resolve(n)))
      },
    }),
    { traits: { keeps: 'nothing', outputs: { out: 'Results.', odd: 'Odd ones.' } }, parallel },
  )
}

interface Run {
  readonly values: readonly number[]
  readonly sizes: readonly number[]
  readonly delays: readonly number[]
  readonly resizes?: readonly Resize[]
  readonly everyMs?: number | undefined
  readonly told?: unknown[]
}

/** What comes of numbers in two such stages, one behind the other. */
async function outcome(
  { delays, everyMs, resizes = [], sizes, told, values }: Run,
  one?: ParallelSpec,
  other?: ParallelSpec,
) {
  const sink = listSink('sink', [from('after')])
  const odd = listSink('odd', [from('work', 'odd'), from('more', 'odd')])
  const dead = listSink('dead', [])
  const after = stage('after', 'more', {
    process: (n: number, { timestamp, watermark }) => [n, timestamp, watermark],
  })
  const store: CheckpointStore = {
    async commit(checkpoint) {
      addsUp(checkpoint)
      // What a replica has taken that came while the barrier was on its way is there as well.
      const taken = Object.entries(checkpoint.stages).filter(([id]) => stageOf(id) === 'work')
      const counts = taken.map(([, section]) => section.counts.in)
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(checkpoint.read)
    },
  }
  const spec: JobSpec = job({
    sources: [listSource(cut(values, sizes), { time })],
    stages: [worker('work', 'source', delays, one), worker('more', 'work', delays, other), after],
    sinks: [sink, odd],
    deadLetter: dead,
    errors: { atMost: 1, of: 10 },
    ...(everyMs !== undefined && { checkpoint: { everyMs, store } }),
  })
  const { checkpoint, deadLetters, stages, state } = await simulate(spec, 5, moments(resizes, told))
  const counts = stages.map((own) => {
    return { ...own, reasons: Object.entries(own.reasons).map(String).toSorted() }
  })
  const records = sink.records as readonly (readonly [number, number, number])[]
  const letters = dead.records.map((letter) => (letter as { record: unknown }).record)
  const failures = checkpoint?.failures ?? 0
  return { state, counts, deadLetters, failures, records, odd: odd.records, letters }
}

const values = fc.array(fc.nat(60), { maxLength: 50 })
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })
const delays = fc.array(fc.nat(30), { minLength: 1, maxLength: 5 })
const workers = fc.integer({ min: 1, max: 5 })
const resizes = fc.array(
  fc.record({ atMs: fc.nat(150), stage: fc.constantFrom('work', 'more'), workers }),
  { minLength: 1, maxLength: 8 },
) as fc.Arbitrary<Resize[]>
const everyMs = fc.option(fc.integer({ min: 5, max: 40 }), { nil: undefined })

it('ordered: results, their order and counts are those of stages that run once, however often they are resized', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ values, sizes, delays, resizes, everyMs }),
      workers,
      workers,
      async (run, first, second) => {
        const mode = { runs: 'async', mode: 'ordered' } as const

        const many = await outcome(run, { workers: first, ...mode }, { workers: second, ...mode })

        const { letters, odd, ...rest } = many
        const once = await outcome({ values: run.values, sizes: [1024], delays: run.delays })
        expect(rest).toEqual({ ...once, letters: undefined, odd: undefined })
        expect(letters.map(String).toSorted()).toEqual(once.letters.map(String).toSorted())
        expect(odd.map(String).toSorted()).toEqual(once.odd.map(String).toSorted())
      },
    ),
    { numRuns: 150 },
  )
})

it('unordered: the same records and counts, none lost and none twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ values, sizes, delays, resizes, everyMs }),
      workers,
      workers,
      async (run, first, second) => {
        const mode = { runs: 'async', mode: 'unordered' } as const

        const many = await outcome(run, { workers: first, ...mode }, { workers: second, ...mode })

        const once = await outcome({ values: run.values, sizes: [1024], delays: run.delays })
        expect(many.counts).toEqual(once.counts)
        expect(many.state).toBe('completed')
        expect(many.failures).toBe(0)
        const plain = (records: typeof many.records) => records.map(([n, at]) => `${n} ${at}`)
        expect(plain(many.records).toSorted()).toEqual(plain(once.records).toSorted())
      },
    ),
    { numRuns: 150 },
  )
})

it('four workers instead of one finish a burst in a quarter of the time that is left', async () => {
  for (const mode of ['ordered', 'unordered'] as const) {
    const burst = Array.from({ length: 21 }, () => 100)
    const { finished, spec } = sleeper({ workers: 1, runs: 'async', mode })
    const sink = listSink('sink', [from('slow')])
    const told: unknown[] = []

    const summary = await simulate(
      job({ sources: [listSource([burst])], stages: [spec], sinks: [sink] }),
      10,
      [
        {
          atMs: 50,
          act: (running) => void running.resize('slow', 4).then((resized) => told.push(resized)),
        },
      ],
    )

    expect(told).toEqual([{ stage: 'slow', before: 1, workers: 4 }])
    expect(finished).toHaveLength(21)
    expect(sink.records).toHaveLength(21)
    // One alone is through with all of them after 2,100 ms.
    expect(summary.elapsedMs).toBeLessThanOrEqual(700)
    expect(summary.stages).toMatchObject([{ in: 21, used: 21, held: 0 }])
    expect(summary.workers).toEqual({ slow: 4 })
  }
})

it('a worker that retires finishes what it has, and gets no more', async () => {
  const { finished, spec } = sleeper({ workers: 3, runs: 'async', mode: 'unordered', inFlight: 3 })
  const sink = listSink('sink', [from('slow')])

  const summary = await simulate(
    job({ sources: [listSource([[100, 100, 100, 30, 30]])], stages: [spec], sinks: [sink] }),
    10,
    [{ atMs: 50, act: (running) => void running.resize('slow', 1) }],
  )

  expect(finished).toEqual([100, 100, 100, 30, 30])
  expect(summary.elapsedMs).toBeGreaterThanOrEqual(160)
  expect(summary.stages).toMatchObject([{ in: 5, used: 5, held: 0 }])
  expect(summary.workers).toEqual({ slow: 1 })
})

it('contests: each record has one fate with any number of workers', async () => {
  await fc.assert(
    fc.asyncProperty(
      values,
      fc.array(fc.nat(30), { minLength: 1, maxLength: 5 }),
      fc.constantFrom('latestWins' as const, 'race' as const),
      workers,
      fc.array(fc.record({ atMs: fc.nat(150), workers }), { minLength: 1, maxLength: 6 }),
      async (numbers, waits, mode, first, changes) => {
        const work = stage(
          'work',
          'source',
          ({ instance, timer }) => ({
            process(n: number) {
              const delay = waits[(n + instance) % waits.length] ?? 0
              return new Promise((resolve) => void timer(delay, () => resolve(n)))
            },
          }),
          { traits: { keeps: 'nothing' }, parallel: { workers: first, runs: 'async', mode } },
        )
        const sink = listSink('sink', [from('work')])

        const { stages, state } = await simulate(
          job({ sources: [listSource([numbers])], stages: [work], sinks: [sink] }),
          5,
          moments(changes.map((one) => ({ ...one, stage: 'work' as const }))),
        )

        expect(state).toBe('completed')
        const { dropped, held, in: taken, used } = stages[0] ?? {}
        expect({ held, taken }).toEqual({ held: 0, taken: numbers.length })
        expect((used ?? 0) + (dropped ?? 0)).toBe(numbers.length)
        const sorted = (all: readonly unknown[]) => all.map(String).toSorted()
        const shown = mode === 'race' ? sorted(sink.records) : sink.records.slice(-1)
        expect(shown).toEqual(mode === 'race' ? sorted(numbers) : numbers.slice(-1))
      },
    ),
    { numRuns: 150 },
  )
})

/** A job with stages that can be resized and others, which runs for 100 ms; `made` counts instances. */
function mixed(made: { count: number; most?: number }): JobSpec {
  const slow = (id: string, parallel: ParallelSpec | undefined, more: Partial<StageSpec> = {}) =>
    stage(
      id,
      'source',
      ({ timer }) => {
        made.count++
        if (made.count > (made.most ?? Infinity)) throw new Error('no room')
        return {
          process: (n: number) => new Promise((resolve) => void timer(100, () => resolve(n))),
        }
      },
      { ...more, parallel, traits: { keeps: id === 'stateful' ? 'state' : 'nothing' } },
    )
  const runs = 'async' as const
  const user = [{ name: 'user', description: 'user', read: (record: unknown) => String(record) }]
  return job({
    sources: [listSource([[1, 2, 3]])],
    stages: [
      slow('plain', undefined),
      slow('free', { workers: 2, runs, mode: 'unordered' }),
      slow('serial', { workers: 2, runs, mode: 'serial' }),
      slow('bound', { workers: 2, runs, mode: 'unordered', inFlight: 3 }),
      slow('keyed', { workers: 2, runs, mode: 'keyed' }, { by: user }),
      slow('stateful', { workers: 1, runs, mode: 'ordered' }),
      slow('free1', { workers: 1, runs, mode: 'unordered' }),
      stage(
        'behind',
        'free1',
        { process: (n) => n },
        { traits: { keeps: 'nothing' }, parallel: { workers: 2, runs, mode: 'ordered' } },
      ),
    ],
    sinks: [listSink('sink', [from('free')])],
  })
}

it.each([
  ['plain', 2, 'ENG_RESIZE', 'nothing is said of its workers'],
  ['serial', 2, 'ENG_RESIZE', 'it is serial'],
  ['bound', 4, 'ENG_RESIZE', 'inFlight is 3'],
  ['keyed', 3, 'ENG_RESIZE', 'the job takes none'],
  ['stateful', 2, 'ENG_RESIZE', 'it keeps state and has no by'],
  ['free1', 2, 'ENG_RESIZE', '"behind" is ordered and reads "free1"'],
  ['source', 2, 'ENG_RESIZE', 'it is a source'],
  ['sink', 2, 'ENG_RESIZE', 'it is a sink'],
  ['nobody', 2, 'ENG_RESIZE', 'the job has no such stage'],
  ['free', 0, 'ENG_RESIZE', 'from 1 to 64; got 0'],
  ['free', 65, 'ENG_RESIZE', 'from 1 to 64; got 65'],
  ['free', 1.5, 'ENG_RESIZE', 'from 1 to 64; got 1.5'],
])('%s cannot have %d workers: %s, %s', async (id, count, code, message) => {
  const told: unknown[] = []

  const summary = await simulate(mixed({ count: 0 }), 10, [
    { atMs: 20, act: (job) => void job.resize(id, count).catch((error) => told.push(error)) },
  ])

  expect(told).toMatchObject([{ code, message: expect.stringContaining(message) as string }])
  expect(summary).toMatchObject({ state: 'completed', workers: { free: 2, keyed: 2 } })
})

it('where a worker does not open it stays as it was, and may be tried again', async () => {
  const made = { count: 0, most: Infinity }
  const told: unknown[] = []
  const resize: Moment['act'] = (running) => {
    running.resize('free', 4).then(
      ({ workers: count }) => told.push(count),
      (error: unknown) => told.push((error as Error).message),
    )
  }

  const summary = await simulate(mixed(made), 10, [
    { atMs: 10, act: () => (made.most = made.count + 1) },
    { atMs: 20, act: resize },
    { atMs: 30, act: () => (made.most = Infinity) },
    { atMs: 40, act: resize },
  ])

  expect(told).toEqual([expect.stringContaining('no room'), 4])
  expect(summary).toMatchObject({ state: 'completed', workers: { free: 4 } })
})

it('a job that is starting is resized when it runs, and one that is over not any more', async () => {
  const told: unknown[] = []
  const runtime = createManualRuntime()
  const running = createJob(mixed({ count: 0 }), { runtime })
  const resize = (count: number): void => {
    running.resize('free', count).then(
      ({ workers: now }) => told.push(now),
      (error: unknown) => told.push((error as { code: string }).code),
    )
  }

  resize(3)
  const ended = running.run()
  resize(4)
  for (let ms = 0; ms < 1000; ms += 10) await runtime.elapse(10)
  resize(5)
  const { workers: last } = await ended

  expect(told).toEqual(['ENG_NOT_STARTED', 4, 'ENG_RESIZE_OVER'])
  expect(last).toMatchObject({ free: 4 })
})
