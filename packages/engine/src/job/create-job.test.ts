import { expect, it } from 'vitest'
import { nodeRuntime } from '../host/index.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'
import { createJob } from './create-job.ts'

it('runs a line of stages and counts every record once', async () => {
  const sink = listSink('sink', [from('double')])
  const spec = job({
    sources: [
      listSource([
        [1, 2, 3],
        [4, 5],
      ]),
    ],
    stages: [
      stage('odd', 'source', { process: (n: number) => (n % 2 === 1 ? n : undefined) }),
      stage('double', 'odd', { process: (n: number) => n * 2 }),
    ],
    sinks: [sink],
  })

  const summary = await createJob(spec, { runtime: nodeRuntime }).run()

  expect(summary.error).toBe(undefined)
  expect(sink.records).toEqual([2, 6, 10])
  expect(sink.calls).toEqual(['commit', 'close', 'dispose'])
  expect(summary.state).toBe('completed')
  expect(summary.sources[0]).toMatchObject({ read: 5, sent: 5, malformed: 0 })
  expect(summary.stages[0]).toMatchObject({
    in: 5,
    used: 3,
    filtered: 2,
    held: 0,
    sent: { out: 3 },
    reasons: { 'no output': 2 },
  })
  expect(summary.sinks[0]).toMatchObject({ received: 3, written: 3, held: 0 })
})

it('writes a failed record to the dead letter sink', async () => {
  const sink = listSink('sink', [from('check')])
  const dead = listSink('dead', [])
  const spec = job({
    sources: [
      listSource([{ values: [1, 2], lines: [7, 9] }], {
        time: { timestamp: () => 5, disorderMs: 0, description: 'five' },
      }),
    ],
    stages: [
      stage('check', 'source', {
        process(n: number, context) {
          if (n === 2) return context.reject('TEST_TWO', 'Two is refused.')
          return n
        },
      }),
    ],
    sinks: [sink],
    deadLetter: dead,
  })

  const summary = await createJob(spec, { runtime: nodeRuntime }).run()

  expect(sink.records).toEqual([1])
  expect(dead.records).toEqual([
    {
      id: 'source//1/check',
      record: 2,
      raw: null,
      stage: 'check',
      input: 'in',
      key: null,
      eventTime: 5,
      error: { code: 'TEST_TWO', message: 'Two is refused.' },
      position: { source: 'source', partition: '', offset: 1, line: 9 },
      attempts: 1,
      time: expect.any(Number) as number,
    },
  ])
  expect(summary.deadLettersByCode).toEqual({ TEST_TWO: 1 })
})

it('fails at the first bad record where nothing takes dead letters', async () => {
  const sink = listSink('sink', [from('check')])
  const spec = job({
    sources: [listSource([{ values: [1, 2], lines: [7, 9] }])],
    stages: [
      stage('check', 'source', {
        process(n: number) {
          if (n === 2) throw new TypeError('no twos')
          return n
        },
      }),
    ],
    sinks: [sink],
  })

  const summary = await createJob(spec, { runtime: nodeRuntime }).run()

  expect(summary.state).toBe('failed')
  expect(summary.error?.message).toBe('Stage "check" failed at record source:9: ENG_THROW: no twos')
  expect(summary.error?.hint).toBe(
    'Repair the record or the stage, or add a deadLetter sink to the pipeline, or set onError: skip on "check".',
  )
  expect(sink.calls).toEqual(['abort', 'close', 'dispose'])
})

it.each<[string, Partial<JobSpec>]>([
  ['the job', { onError: 'deadLetter' }],
  ['"source"', { sources: [listSource([[1]], { onError: 'deadLetter' })] }],
  ['"sink"', { sinks: [{ ...listSink('sink', [from('source')]), onError: 'deadLetter' }] }],
  [
    '"check"',
    {
      stages: [
        stage('check', 'source', {}, { onError: { retry: { times: 1 }, then: 'deadLetter' } }),
      ],
    },
  ],
])('makes no job whose records would go to dead letters that nothing takes: %s', (who, more) => {
  const spec = job({ sources: [listSource([[1]])], sinks: [], ...more })

  expect(() => createJob(spec, { runtime: nodeRuntime })).toThrow(
    expect.objectContaining({
      code: 'ENG_NO_DEAD_LETTER',
      message: `onError of ${who} is deadLetter, and the job has no dead letter sink.`,
    }),
  )
  expect(() =>
    createJob({ ...spec, deadLetter: listSink('dead', []) }, { runtime: nodeRuntime }),
  ).not.toThrow()
})
