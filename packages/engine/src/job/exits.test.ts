import { invariant } from '@millrace/base'
import { createManualRuntime } from '@millrace/core'
import type { RecordContext, StageInstance, StageScope } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JobSpec } from '../plan/job-spec.ts'
import type { ParallelSpec } from '../plan/parallel-spec.ts'
import type { Summary } from '../report/summary.ts'
import { createJob } from './create-job.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'
import { cut, simulate } from './parallel.test-support.ts'

const run = (spec: JobSpec): Promise<Summary> => simulate(job(spec))

/** What comes of numbers in a stage, behind which another one makes each a text. */
async function through(
  values: readonly number[],
  instance: StageInstance | ((scope: StageScope) => StageInstance),
  traits: object = { exits: true },
) {
  const sink = listSink('sink', [from('text')])
  const dead = listSink('dead', [])
  const summary = await run({
    name: 'test',
    sources: [listSource([values])],
    stages: [
      stage('s', 'source', instance, { traits }),
      stage('text', 's', { process: (n: number) => `text ${n}` }),
    ],
    sinks: [sink],
    deadLetter: dead,
    errors: { atMost: 1, of: 10 },
  })
  return { out: sink.records, dead: dead.records, summary }
}

it('sends a record that exits to the sink at once: it skips what stands between, and counts as used', async () => {
  const { out, summary } = await through([1, 2, 3], {
    process(n: number, context) {
      if (n === 2) return context.exit('two')
      if (n === 3) return context.exit('three', { instead: n })
      return n
    },
  })

  expect(new Set(out)).toEqual(new Set(['text 1', 2, { instead: 3 }]))
  expect(summary.stages).toMatchObject([
    { id: 's', in: 3, used: 3, filtered: 0, dead: 0, held: 0, sent: { out: 1, exit: 2 } },
    { id: 'text', in: 1, used: 1 },
  ])
  expect(summary.sinks[0]).toMatchObject({ received: 3, written: 3 })
})

it('ignores what the handler gives behind the exit, and lets go on what it gave before', async () => {
  const emits = (n: number, context: RecordContext): void => {
    context.emit(n)
    context.exit('first')
    context.exit('second', 'no')
    context.emit(n + 1)
    context.skip('no')
  }
  const plain = await through([1], {
    process(n: number, context) {
      emits(n, context)
      return n + 2
    },
  })
  const asynchronous = await through([1], {
    async process(n: number, context) {
      emits(n, context)
      await Promise.resolve()
      context.emit(n + 1)
      return n + 2
    },
  })
  const generator = await through([1], {
    *process(n: number, context) {
      emits(n, context)
      for (;;) yield n
    },
  })
  const both = await through([1], {
    async *process(n: number, context) {
      emits(n, context)
      for (;;) {
        await Promise.resolve()
        yield n
      }
    },
  })
  const named = await through(
    [1],
    ({ outputs }) => ({
      process(n: number, context) {
        emits(n, context)
        outputs['out']?.emit(n + 1)
        expect(Object.keys(outputs)).toEqual(['out'])
      },
    }),
    { exits: true },
  )

  for (const { out, summary } of [plain, asynchronous, generator, both, named]) {
    expect(new Set(out)).toEqual(new Set(['text 1', 1]))
    expect(summary.stages[0]).toMatchObject({ used: 1, filtered: 0, sent: { out: 1, exit: 1 } })
  }
})

it('withdraws the exit of a record that fails behind it', async () => {
  const thrown = await through([1, 2], {
    process(n: number, context) {
      context.exit('done')
      if (n === 1) throw new Error('one')
    },
  })
  const rejected = await through([1], {
    process(_n: number, context) {
      context.exit('done')
      context.reject('NO', 'No.')
    },
  })

  expect(thrown.out).toEqual([2])
  expect(thrown.dead).toMatchObject([{ error: { code: 'ENG_THROW', message: 'one' } }])
  expect(thrown.summary.stages[0]).toMatchObject({ used: 1, dead: 1, sent: { exit: 1 } })
  expect(rejected.out).toEqual([])
  expect(rejected.dead).toMatchObject([{ error: { code: 'NO' } }])
})

it('rejects the record of a stage that does not say that it exits', async () => {
  const process = (_n: number, context: RecordContext): void => context.exit('done')

  const { dead, out } = await through([1], { process }, {})

  expect(out).toEqual([])
  expect(dead).toMatchObject([
    {
      error: {
        code: 'ENG_EXIT',
        message:
          'Stage "s" called context.exit and does not declare exits: true, so no sink listens.',
      },
    },
  ])
})

it('goes to the sinks that are behind the stage: neither to those of other branches nor to those of late records', async () => {
  const traits = { exits: true }
  const exit = stage('exit', 'source', { process: (n: number, c) => c.exit('all', n) }, { traits })
  const two = stage('two', 'exit', { process: (n: number) => n })
  const three = stage(
    'three',
    'two',
    { process: (n: number) => n },
    {
      traits: { outputs: { out: 'Results.', late: 'Late ones.', odd: 'Odd ones.' } },
    },
  )
  const other = stage('other', 'source', { process: (n: number) => -n })
  const sinks = {
    near: listSink('near', [from('two')]),
    far: listSink('far', [from('three'), from('other')]),
    odd: listSink('odd', [from('three', 'odd')]),
    late: listSink('late', [from('three', 'late')]),
    aside: listSink('aside', [from('other')]),
  }

  const summary = await run({
    name: 'test',
    sources: [listSource([[1, 2]])],
    stages: [exit, two, three, other],
    sinks: Object.values(sinks),
  })

  expect(sinks.near.records).toEqual([1, 2])
  expect(sinks.odd.records).toEqual([1, 2])
  expect(new Set(sinks.far.records)).toEqual(new Set([1, 2, -1, -2]))
  expect(sinks.late.records).toEqual([])
  expect(sinks.aside.records).toEqual([-1, -2])
  expect(summary.stages[0]).toMatchObject({ in: 2, used: 2, sent: { out: 0, exit: 6 } })
})

it('goes only to a reader of it that the spec names', async () => {
  const exit = stage(
    's',
    'source',
    { process: (n: number, c) => c.exit('all', n) },
    {
      traits: { exits: true },
    },
  )
  const out = listSink('out', [from('s')])
  const own = listSink('own', [from('s', 'exit')])

  await run({ name: 'test', sources: [listSource([[1]])], stages: [exit], sinks: [out, own] })

  expect([out.records, own.records]).toEqual([[], [1]])
})

it('is no output that a stage may have of its own', () => {
  const traits = { exits: true, outputs: { out: 'Results.', exit: 'Its own.' } }
  const own = stage('s', 'source', { process: () => 1 }, { traits })
  const spec = job({
    sources: [listSource([])],
    stages: [own],
    sinks: [listSink('sink', [from('s')])],
  })

  expect(() => createJob(spec, { runtime: createManualRuntime() })).toThrow(
    '"s" has no output "exit" of its own.',
  )
})

/** What exits and what goes through, each in its order, where the n-th record takes `delays[n]`. */
async function outcome(
  values: readonly number[],
  sizes: readonly number[],
  delays: readonly number[],
  parallel?: ParallelSpec,
) {
  const sink = listSink('sink', [from('after')])
  const dead = listSink('dead', [])
  const work = stage(
    'work',
    'source',
    ({ timer }) => ({
      async process(n: number, context) {
        const delay = delays[n % delays.length] ?? 0
        if (delay > 0) await new Promise<void>((resolve) => void timer(delay, resolve))
        if (n % 5 === 1) context.emit(n)
        if (n % 3 === 0) context.exit('three')
        if (n % 7 === 3) context.reject('THREE', 'No.')
        return n
      },
    }),
    { traits: { keeps: 'nothing', exits: true }, parallel },
  )
  const after = stage('after', 'work', { process: (n: number) => `text ${n}` })
  const summary = await simulate(
    job({
      sources: [listSource(cut(values, sizes))],
      stages: [work, after],
      sinks: [sink],
      deadLetter: dead,
      errors: { atMost: 1, of: 10 },
    }),
    5,
  )
  const { stages, state } = summary
  const exited = sink.records.filter((record) => typeof record === 'number')
  const texts = sink.records.filter((record) => typeof record === 'string')
  return { state, stages, exited, texts }
}

it('keeps the order of what exits, and that of what goes through, where workers keep it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(60), { maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(30), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 2, max: 5 }),
      async (values, sizes, delays, workers) => {
        const parallel: ParallelSpec = { workers, runs: 'async', mode: 'ordered' }

        const many = await outcome(values, sizes, delays, parallel)

        const lives = values.filter((n) => n % 7 !== 3)
        const exits = lives.filter((n) => n % 3 === 0)
        const gives = lives.flatMap((n) => [
          ...(n % 5 === 1 ? [`text ${n}`] : []),
          ...(n % 3 === 0 ? [] : [`text ${n}`]),
        ])
        expect(many.exited).toEqual(exits)
        expect(many.texts).toEqual(gives)
        expect(many).toEqual(await outcome(values, [1024], delays))
        const [work] = many.stages
        invariant(work !== undefined, 'the stage is counted')
        expect([work.used, work.dead]).toEqual([lives.length, values.length - lives.length])
      },
    ),
    { numRuns: 100 },
  )
})

it('is taken back with all else of a record that lost a race or was outdated', async () => {
  for (const mode of ['race', 'latestWins'] as const) {
    const sink = listSink('sink', [from('work')])
    const work = stage(
      'work',
      'source',
      ({ instance, timer }) => ({
        async process(n: number, context) {
          context.exit('at once', [n, instance])
          const delay = mode === 'race' ? 10 + instance : 50 - 10 * n
          await new Promise<void>((resolve) => void timer(delay, resolve))
        },
      }),
      {
        traits: { keeps: 'nothing', exits: true },
        parallel: { workers: 2, runs: 'async', mode, inFlight: 2 },
      },
    )

    const summary = await simulate(
      job({ sources: [listSource([[1, 2]])], stages: [work], sinks: [sink] }),
      5,
    )

    const counts = mode === 'race' ? { in: 2, used: 2 } : { in: 2, used: 1, dropped: 1 }
    expect(summary.stages).toMatchObject([counts])
    expect(sink.records).toEqual(
      mode === 'race'
        ? [
            [1, 0],
            [2, 0],
          ]
        : [[2, 1]],
    )
  }
})
