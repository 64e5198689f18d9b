import { describe, expect, it } from 'vitest'
import type { LoadOptions } from '../load-spec.ts'
import { faultsOf as faultsOfText, load as loadText } from './faults.test-support.ts'

const textOf = (lines: readonly string[]): string =>
  ['pipeline:', ...lines.map((line) => `  ${line}`)].join('\n')
const stage = (onError: string): readonly string[] => [
  'source: { file: a.jsonl }',
  'stages:',
  '  - filter: a',
  `    onError: ${onError}`,
  'sink: { file: b.jsonl }',
]
const load = (
  lines: readonly string[],
  options: Partial<LoadOptions> = {},
): ReturnType<typeof loadText> => loadText(textOf(lines), options)
const policyOf = async (onError: string) => (await load(stage(onError))).spec?.stages[0]?.onError
const faultsOf = (lines: readonly string[]): Promise<string> => faultsOfText(textOf(lines))

describe('onError', () => {
  it.each([
    ['skip', 'skip'],
    ['park', 'park'],
    ['{ park: { most: 5 } }', { park: { most: 5 } }],
    [
      '{ retry: { times: 3 } }',
      {
        retry: { times: 3, backoff: { minMs: 100, maxMs: 30_000, factor: 2, jitter: 0.2 } },
        then: undefined,
      },
    ],
    [
      '{ retry: { times: 1, backoff: 2s, on: HTTP_503, notOn: [A, B] }, then: { park: {} } }',
      {
        retry: {
          times: 1,
          backoff: { minMs: 2000, maxMs: 2000, factor: 1, jitter: 0 },
          on: ['HTTP_503'],
          notOn: ['A', 'B'],
        },
        then: { park: {} },
      },
    ],
    [
      '{ retry: { times: 2, backoff: { min: 1m, factor: 1.5, jitter: 0 } }, then: fail }',
      {
        retry: { times: 2, backoff: { minMs: 60_000, maxMs: 60_000, factor: 1.5, jitter: 0 } },
        then: 'fail',
      },
    ],
  ])('takes %s', async (text, policy) => {
    expect(await policyOf(text)).toEqual(policy)
  })

  it('holds for the pipeline, for stages and for sinks', async () => {
    const { spec } = await load([
      'source: { file: a.jsonl }',
      'sink: { file: b.jsonl, onError: { retry: { times: 1 } }, timeout: 5s }',
      'onError: park',
    ])

    expect(spec?.onError).toBe('park')
    expect(spec?.sinks[0]).toMatchObject({ onError: { retry: { times: 1 } }, timeoutMs: 5000 })
  })

  it('says what is wrong with a policy', async () => {
    const policies = [
      '{ then: skip }',
      '{ retry: { backoff: 1s } }',
      '{ retry: { times: 0, on: {} } }',
      '{ retry: { times: 1, on: [], notOn: [] } }',
      '{ retry: { times: 1, backoff: { min: 5s, max: 1s, faktor: 2 } } }',
      '{ retry: { times: 1 }, then: { retry: { times: 1 } } }',
      '{ park: { most: none } }',
      '{ retry: { times: 1 }, park: {} }',
    ]
    const stages = policies.flatMap((policy) => ['  - filter: a', `    onError: ${policy}`])

    expect(
      await faultsOf([
        'source: { file: a.jsonl }',
        'stages:',
        ...stages,
        'sink: { file: b.jsonl }',
      ]),
    ).toMatchInlineSnapshot(`
      "error[CFG_MISSING]: "onError" has no "retry"; expected one.
        at   /jobs/job.yaml:5:16  pipeline.stages[0].onError
        next Write onError: { retry: { times: 3 }, then: deadLetter }, or one of fail, skip, deadLetter, park.
      error[CFG_MISSING]: "retry" has no "times"; expected one.
        at   /jobs/job.yaml:7:25  pipeline.stages[1].onError.retry
        next Say how many tries come after the first one: retry: { times: 3 }.
      error[CFG_TYPE]: "retry.times" must be a whole number of at least 1; got number 0.
        at   /jobs/job.yaml:9:34  pipeline.stages[2].onError.retry.times
        next Write a whole number of at least 1 there.
      error[CFG_TYPE]: "retry.on" must be a text; got a map.
        at   /jobs/job.yaml:9:41  pipeline.stages[2].onError.retry.on
        next Write a text there.
      error[CFG_TYPE]: "retry.on" must be one code of an error, or more; got an empty list.
        at   /jobs/job.yaml:11:41  pipeline.stages[3].onError.retry.on
        next Name the codes, such as [ECONNRESET, ENG_TIMEOUT], or leave the key out.
      error[CFG_TYPE]: "retry.notOn" must be one code of an error, or more; got an empty list.
        at   /jobs/job.yaml:11:52  pipeline.stages[3].onError.retry.notOn
        next Name the codes, such as [ECONNRESET, ENG_TIMEOUT], or leave the key out.
      error[CFG_TYPE]: "backoff.max" must be at least 5s, which is "min"; got 1s.
        at   /jobs/job.yaml:13:62  pipeline.stages[4].onError.retry.backoff.max
        next Write at least 5s, which is "min" there.
      error[CFG_UNKNOWN_KEY]: Unknown key "faktor" in "retry.backoff".
        at   /jobs/job.yaml:13:66  pipeline.stages[4].onError.retry.backoff.faktor
        next Did you mean "factor"?
      error[CFG_UNKNOWN_KEY]: Unknown key "retry" in "onError.then".
        at   /jobs/job.yaml:15:47  pipeline.stages[5].onError.then.retry
        next The keys are: park.
      error[CFG_TYPE]: "park.most" must be a whole number of at least 1; got string "none".
        at   /jobs/job.yaml:17:32  pipeline.stages[6].onError.park.most
        next Write a whole number of at least 1 there.
      error[CFG_UNKNOWN_KEY]: Unknown key "park" in "onError".
        at   /jobs/job.yaml:19:39  pipeline.stages[7].onError.park
        next The keys are: retry, then."
    `)
  })

  it('is simpler for a source: what it cannot decode does not get better', async () => {
    const source = (onError: string) => [
      `source: { file: a.jsonl, onError: ${onError} }`,
      'sink: { file: b.jsonl }',
    ]

    expect(await faultsOf(source('park'))).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "onError" must be one of fail, skip, deadLetter; got park.
        at   /jobs/job.yaml:2:37  pipeline.source.onError
        next What a source cannot decode does not get better: retry and park are for stages and sinks."
    `)
    expect(await faultsOf(source('{ retry: { times: 3 } }'))).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "onError" must be one of fail, skip, deadLetter; got a map.
        at   /jobs/job.yaml:2:37  pipeline.source.onError
        next What a source cannot decode does not get better: retry and park are for stages and sinks."
    `)
  })

  it('sends no record to dead letters that nothing takes', async () => {
    const lines = [
      'source: { file: a.jsonl, onError: deadLetter }',
      'stages:',
      '  - filter: a',
      '    onError: { retry: { times: 1 }, then: deadLetter }',
      'sink: { file: b.jsonl, onError: deadLetter }',
      'onError: deadLetter',
    ]

    expect(await faultsOf(lines)).toMatchInlineSnapshot(`
      "error[CFG_NO_DEAD_LETTER]: "onError" is deadLetter, and the pipeline has no dead letter sink.
        at   /jobs/job.yaml:2:37  pipeline.source.onError
        next Add deadLetter: { file: rejected.jsonl } to the pipeline, or choose another onError, such as fail or skip.
      error[CFG_NO_DEAD_LETTER]: "onError.then" is deadLetter, and the pipeline has no dead letter sink.
        at   /jobs/job.yaml:5:45  pipeline.stages[0].onError.then
        next Add deadLetter: { file: rejected.jsonl } to the pipeline, or choose another onError, such as fail or skip.
      error[CFG_NO_DEAD_LETTER]: "onError" is deadLetter, and the pipeline has no dead letter sink.
        at   /jobs/job.yaml:6:35  pipeline.sink.onError
        next Add deadLetter: { file: rejected.jsonl } to the pipeline, or choose another onError, such as fail or skip.
      error[CFG_NO_DEAD_LETTER]: "onError" is deadLetter, and the pipeline has no dead letter sink.
        at   /jobs/job.yaml:7:12  pipeline.onError
        next Add deadLetter: { file: rejected.jsonl } to the pipeline, or choose another onError, such as fail or skip."
    `)
    expect(await faultsOf([...lines, 'deadLetter: { file: d.jsonl }'])).toBe('')
  })

  it('finds the dead letter sink that is set from outside', async () => {
    const loaded = await load(stage('deadLetter'), {
      set: [{ path: 'deadLetter.file', value: 'rejected.jsonl' }],
    })

    expect(loaded.faults).toEqual([])
    expect(loaded.spec?.stages[0]?.onError).toBe('deadLetter')
  })

  it('can be set from outside', async () => {
    const loaded = await load(stage('skip'), {
      env: { MILLRACE_STAGES__FILTER__ONERROR__THEN: 'park' },
      set: [{ path: 'stages.filter.onError.retry.times', value: '4' }],
    })

    expect(loaded.spec?.stages[0]?.onError).toMatchObject({ retry: { times: 4 }, then: 'park' })
  })
})

describe('the plan', () => {
  const fateOf = async (onError: string, more: readonly string[] = []) => {
    const { plan } = await load([...stage(onError), ...more])
    const { fates = [] } = plan?.nodes.find(({ id }) => id === 'filter') ?? {}
    return fates.find((sentence) => sentence.startsWith('Records that fail'))
  }

  it('says what becomes of failing records', async () => {
    expect(await fateOf('{ retry: { times: 1 } }', ['deadLetter: { file: d.jsonl }'])).toBe(
      'Records that fail are tried 1 more time, 100ms apart at first and 30s at most, and then go to the dead letters (default).',
    )
    expect(
      await fateOf('{ retry: { times: 5, backoff: 1s, on: [A, B], notOn: C }, then: skip }'),
    ).toBe(
      'Records that fail are tried 5 more times after A, B, but not after C, 1s apart, and then are skipped and counted.',
    )
    expect(await fateOf('{ park: { most: 5 } }')).toBe(
      'Records that fail wait until they are released, with all later ones and with event time; more than 5 end the job.',
    )
  })

  it('names the file of the records that still wait at the end, where any can', async () => {
    const parking = await load([...stage('skip'), 'onError: park'])
    const others = await load([...stage('{ retry: { times: 1 } }')])

    expect(parking.plan?.parkedFile).toBe('/jobs/job.parked.jsonl')
    expect(parking.plan?.notes).toContain(
      'Records that still wait when the job ends go to job.parked.jsonl.',
    )
    expect(parking.plan?.nodes[0]?.fates).toContain(
      'Entries that cannot be decoded end the job at the first one (default).',
    )
    expect(others.plan?.parkedFile).toBe(undefined)
  })
})
