import { expect, it } from 'vitest'
import { nodeRuntime } from '../host/index.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'
import { createJob } from './create-job.ts'

const run = (spec: JobSpec): Promise<Summary> => createJob(spec, { runtime: nodeRuntime }).run()

it('counts a failed record as filtered where the policy is skip', async () => {
  const sink = listSink('sink', [from('check')])
  const check = stage(
    'check',
    'source',
    { process: (n: number, context) => (n === 2 ? context.reject('TEST_TWO', 'No.') : n) },
    { onError: 'skip' },
  )

  const summary = await run(
    job({ sources: [listSource([[1, 2, 3]])], stages: [check], sinks: [sink] }),
  )

  expect(sink.records).toEqual([1, 3])
  expect(summary.stages[0]).toMatchObject({
    used: 2,
    filtered: 1,
    reasons: { 'error TEST_TWO': 1 },
  })
})

it('withdraws what a failed record emitted and wrote', async () => {
  const sink = listSink('sink', [from('count')])
  const count = stage(
    'count',
    'source',
    ({ state }) => {
      const total = state.value<number>('total', { initial: () => 0 })
      const names = state.map<string, number>('names')
      const list = state.list<number>('list')
      return {
        process(n: number, context) {
          total.set(total.get() + n)
          names.set(`n${n}`, n)
          list.add(n)
          context.emit([total.get(), [...names.entries()].length, list.values()])
          if (n === 10) throw new Error('ten')
        },
      }
    },
    { onError: 'skip' },
  )

  await run(job({ sources: [listSource([[1, 10, 2]])], stages: [count], sinks: [sink] }))

  expect(sink.records).toEqual([
    [1, 1, [1]],
    [3, 2, [1, 2]],
  ])
})

it('runs a batch that threw again record by record', async () => {
  const sink = listSink('sink', [from('batch')])
  const batch = stage(
    'batch',
    'source',
    {
      processBatch(records, output) {
        for (let index = 0; index < records.length; index++) {
          if (records.value(index) === 2) throw new Error('fast path')
          output.pass(index)
        }
      },
      process: (n: number) => (n === 2 ? 'slow' : n),
    },
    {},
  )

  await run(job({ sources: [listSource([[1, 2, 3], [4]])], stages: [batch], sinks: [sink] }))

  expect(sink.records).toEqual([1, 'slow', 3, 4])
})

it('gives each record of a batch handler its fate', async () => {
  const sink = listSink('sink', [from('batch')])
  const dead = listSink('dead', [])
  const batch = stage('batch', 'source', {
    processBatch(_records, output) {
      output.pass(0)
      output.skip(1, 'dull')
      output.emit(2, 'gone')
      output.reject(2, 'TEST_BAD', 'Bad.')
      output.emit(4, 'x', 'nowhere')
    },
  })

  const summary = await run(
    job({
      sources: [listSource([['a', 'b', 'c', 'd', 'e']])],
      stages: [{ ...batch, factory: withProcess(batch.factory) }],
      sinks: [sink],
      deadLetter: dead,
    }),
  )

  expect(sink.records).toEqual(['a'])
  expect(summary.stages[0]).toMatchObject({
    in: 5,
    used: 1,
    filtered: 2,
    dead: 2,
    reasons: { dull: 1, 'no output': 1 },
  })
  expect(summary.deadLettersByCode).toEqual({ TEST_BAD: 1, ENG_OUTPUT: 1 })
  expect(summary.firstDeadLetters[1]?.message).toBe(
    'Emitted to output "nowhere", which the stage does not declare; it has out.',
  )
})

function withProcess<F extends { create: (scope: never) => unknown }>(factory: F): F {
  return {
    ...factory,
    create: (scope: never) => ({ ...(factory.create(scope) as object), process() {} }),
  }
}

it('takes types of keys apart and refuses objects as keys', async () => {
  const sink = listSink('sink', [from('count')])
  const dead = listSink('dead', [])
  const count = stage(
    'count',
    'source',
    ({ state }) => {
      const total = state.value<number>('total', { initial: () => 0 })
      return {
        process: (_record: unknown) => total.set(total.get() + 1),
        onEnd(context) {
          for (const [key, n] of total.entries()) context.emit({ ...key, n })
        },
      }
    },
    {
      by: [{ name: 'k', description: 'k', read: (record) => (record as { k: unknown }).k }],
      traits: { absorbs: true },
    },
  )
  const keys = [1, '1', null, undefined, 1, { a: 1 }, Number.NaN]

  const summary = await run(
    job({
      sources: [listSource([keys.map((k) => ({ k }))])],
      stages: [count],
      sinks: [sink],
      deadLetter: dead,
    }),
  )

  expect(sink.records).toEqual([
    { k: 1, n: 2 },
    { k: '1', n: 1 },
    { k: null, n: 2 },
  ])
  expect(summary.firstDeadLetters.map((letter) => letter.message)).toEqual([
    'Key "k" must be text, a number, a boolean or null; got a value of type object.',
    'Key "k" must be text, a number, a boolean or null; got NaN.',
  ])
})

it('rebuilds an instance that threw without a code, and loses no record', async () => {
  const sink = listSink('sink', [from('flaky')])
  const dead = listSink('dead', [])
  let made = 0
  const flaky = stage(
    'flaky',
    'source',
    () => {
      const instance = ++made
      return {
        process(n: number) {
          if (n === 2) throw new Error('two')
          return `${n} by ${instance}`
        },
      }
    },
    { traits: { keeps: 'instance' } },
  )

  const summary = await run(
    job({ sources: [listSource([[1, 2, 3]])], stages: [flaky], sinks: [sink], deadLetter: dead }),
  )

  expect(sink.records).toEqual(['1 by 1', '3 by 2'])
  expect(summary.restarts).toBe(1)
})

it('ends the job when too many records fail', async () => {
  const dead = listSink('dead', [])
  const all = stage('all', 'source', {
    process: (_n: number, context) => context.reject('TEST_ALL', 'All are bad.'),
  })

  const summary = await run(
    job({
      sources: [listSource([[1, 2, 3, 4, 5, 6]])],
      stages: [all],
      sinks: [listSink('sink', [from('all')])],
      deadLetter: dead,
      errors: { atMost: 0.5, of: 4 },
    }),
  )

  expect(summary.state).toBe('failed')
  expect(summary.error?.message).toBe(
    '3 of the last 4 records failed, more than the 50 % allowed; the last one: TEST_ALL: All are bad.',
  )
})

it('turns malformed input and missing times into dead letters with their place', async () => {
  const sink = listSink('sink', [from('source')])
  const dead = listSink('dead', [])
  const source = listSource(
    [
      {
        values: [{ at: 5 }, {}],
        lines: [1, 3],
        malformed: [
          {
            offset: 1,
            line: 2,
            raw: new Uint8Array([255, 254, 65]),
            code: 'X_JSON',
            message: 'No.',
          },
        ],
      },
    ],
    {
      time: {
        timestamp: (record) => (record as { at?: number }).at ?? Number.NaN,
        disorderMs: 0,
        description: 'field "at"',
      },
    },
  )

  const summary = await run(job({ sources: [source], sinks: [sink], deadLetter: dead }))

  expect(sink.timestamps).toEqual([5])
  expect(summary.sources[0]).toMatchObject({ read: 3, sent: 1, malformed: 2 })
  expect(dead.records).toMatchObject([
    { record: {}, raw: null, error: { code: 'TIME' }, position: { offset: 2, line: 3 } },
    { record: null, raw: '//5B', error: { code: 'X_JSON' }, position: { offset: 1, line: 2 } },
  ])
})

it('keeps the dead letters of a job that fails, and takes back its results', async () => {
  const results = listSink('sink', [from('check')])
  const letters = listSink('dead-letter', [])
  const check = stage('check', 'source', {
    process: (n: number, context) => (n === 2 ? context.reject('TEST_TWO', 'No.') : n),
  })
  const fails = stage(
    'fails',
    'check',
    { process: (n: number, context) => (n === 9 ? context.reject('TEST_NINE', 'No.') : n) },
    { onError: 'fail' },
  )
  const sink = { ...results, from: [from('fails')] }
  const batches = [[1, 2, 3], Array.from({ length: 5000 }, () => 4), [9]]

  const summary = await run(
    job({
      sources: [listSource(batches)],
      stages: [check, fails],
      sinks: [sink],
      deadLetter: letters,
    }),
  )

  expect(summary.state).toBe('failed')
  expect(letters.records).toHaveLength(1)
  expect(letters.calls).toEqual(['commit', 'close', 'dispose'])
  expect(results.calls).toEqual(['abort', 'close', 'dispose'])
})
