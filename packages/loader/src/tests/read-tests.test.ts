import { describe, expect, it } from 'vitest'
import { faultsOf, job } from '../check/faults.test-support.ts'
import { loadSpec } from '../load-spec.ts'
import { listTests } from './list-tests.ts'

const sound = job('- { filter: a > 1, id: keep }')
const read = (tests: string, env: Record<string, string> = {}, test?: number) =>
  loadSpec({ file: '/jobs/job.yaml', text: `${sound}${tests}`, cwd: '/', env, test })

describe('tests of a job file', () => {
  it('are read with their steps, in order, as they stand', async () => {
    const { faults, tests } = await read(`tests:
  - name: steps
    clock: 2026-01-31T12:00:00Z
    mocks: { keep: [{ b: '\${NO}' }] }
    given: [{ at: 2001-01-01, x: '1' }]
    steps:
      - advance: 1m30s
      - given: { source: [] }
      - expect: { keep: [] }
      - end
    expect: { sink: [{ x: '1' }] }
`)

    expect(faults).toEqual([])
    expect(tests).toMatchObject([
      {
        name: 'steps',
        clockMs: Date.UTC(2026, 0, 31, 12),
        match: 'contains',
        order: 'given',
        mocks: [{ of: { id: 'keep', output: 'out' }, records: [{ b: '${NO}' }] }],
        steps: [
          { kind: 'given', source: 'source', records: [{ at: '2001-01-01', x: '1' }] },
          { kind: 'advance', ms: 90_000 },
          { kind: 'given', source: 'source', records: [] },
          { kind: 'expect', expectations: [{ of: { name: 'keep', id: 'keep', output: 'out' } }] },
          { kind: 'end' },
          { kind: 'expect', expectations: [{ path: ['tests', 0, 'expect', 'sink'] }] },
        ],
      },
    ])
  })

  it('end after what is given where they have no steps', async () => {
    const { tests } = await read('tests: [{ given: [], expect: { sink: [] } }]\n')

    expect(tests[0]?.name).toBe('test 1')
    expect(tests[0]?.steps.map(({ kind }) => kind)).toEqual(['given', 'end', 'expect'])
  })

  it('say at once all that does not fit the job', async () => {
    const text = `${sound}tests:
  - { nam: x, given: 3, expect: { snik: [] } }
  - { given: { sauce: [] }, expect: { keep.late: 1 }, mocks: { sink: [] } }
  - { given: [], steps: [advance: 5, { a: 1, b: 2 }, wait: 1m, stop, {}, idle: 5m], expect: [] }
  - { name: [], clock: noon, match: fuzzy }
  - 7
`

    expect(await faultsOf(text)).toMatchInlineSnapshot(`
      "error[CFG_UNKNOWN_KEY]: Unknown key "nam" in Test 1.
        at   /jobs/job.yaml:7:7  tests[0].nam
        next Did you mean "name"?
      error[CFG_TYPE]: "given" must be a list of records; got number 3.
        at   /jobs/job.yaml:7:22  tests[0].given
        next Write a list of records there.
      error[CFG_TEST_TARGET]: The job has no "snik" that expect could mean.
        at   /jobs/job.yaml:7:35  tests[0].expect.snik
        next Did you mean "sink"?
      error[CFG_TEST_TARGET]: The job has no "sauce" that given could mean.
        at   /jobs/job.yaml:8:16  tests[1].given.sauce
        next Did you mean "source"?
      error[CFG_TEST_TARGET]: The job has no "keep.late" that expect could mean.
        at   /jobs/job.yaml:8:39  tests[1].expect.keep.late
        next There are: keep, sink.
      error[CFG_TEST_TARGET]: The job has no "sink" that mocks could mean.
        at   /jobs/job.yaml:8:64  tests[1].mocks.sink
        next There are: keep.
      error[CFG_TYPE]: "advance" must be a duration with a unit, such as 2m; got number 5.
        at   /jobs/job.yaml:9:35  tests[2].steps[0].advance
        next Write a duration with a unit, such as 2m there.
      error[CFG_TYPE]: A step must be one of given, advance, idle, end, expect; got a map with "a" and "b".
        at   /jobs/job.yaml:9:38  tests[2].steps[1]
        next Make each a step of its own.
      error[CFG_UNKNOWN_KEY]: Unknown key "wait" in a step.
        at   /jobs/job.yaml:9:54  tests[2].steps[2].wait
        next The keys are: given, advance, idle, end, expect.
      error[CFG_TYPE]: A step must be one of given, advance, idle, end, expect; got string "stop".
        at   /jobs/job.yaml:9:64  tests[2].steps[3]
        next Write one of given, advance, idle, end, expect there.
      error[CFG_TYPE]: A step must be one of given, advance, idle, end, expect; got a map.
        at   /jobs/job.yaml:9:70  tests[2].steps[4]
        next Write one of given, advance, idle, end, expect there.
      error[CFG_TYPE]: The step "idle" must be the word alone; got a map.
        at   /jobs/job.yaml:9:74  tests[2].steps[5]
        next Write - idle, or - advance: 2m for a time of your own.
      error[CFG_TYPE]: "expect" must be a map of sinks, or stages, to lists of records; got a list.
        at   /jobs/job.yaml:9:93  tests[2].expect
        next Write a map of sinks, or stages, to lists of records there.
      error[CFG_MISSING]: The test has no "given"; expected one.
        at   /jobs/job.yaml:10:5  tests[3]
        next Add given: [{ … }] with the records that the source reads.
      error[CFG_MISSING]: The test has no "expect"; expected one.
        at   /jobs/job.yaml:10:5  tests[3]
        next Add expect: { sink: [] }; millrace test --update fills it in.
      error[CFG_TYPE]: "name" must be a text; got a list.
        at   /jobs/job.yaml:10:13  tests[3].name
        next Write a text there.
      error[CFG_TYPE]: "clock" must be a time such as 2026-01-31T12:00:00Z; got string "noon".
        at   /jobs/job.yaml:10:24  tests[3].clock
        next Write a time such as 2026-01-31T12:00:00Z there.
      error[CFG_TYPE]: "match" must be one of contains, equals; got string "fuzzy".
        at   /jobs/job.yaml:10:37  tests[3].match
        next Write one of contains, equals there.
      error[CFG_TYPE]: A test must be a map with name, given and expect; got number 7.
        at   /jobs/job.yaml:11:5  tests[4]
        next Write a map with name, given and expect there."
    `)
  })

  it('bring an environment of their own before anything is filled in', async () => {
    const tests = 'tests: [{ name: a, env: { OUT: out.jsonl }, given: [], expect: { sink: [] } }]\n'
    const text = `${sound.replace('b.jsonl', "'${OUT}'")}${tests}`
    const load = (test?: number) =>
      loadSpec({ file: '/jobs/job.yaml', text, cwd: '/', env: {}, test })

    expect((await load()).faults.map(({ code }) => code)).toEqual(['CFG_UNSET'])
    expect((await load(0)).faults).toEqual([])
    expect(await listTests({ file: '/jobs/job.yaml', text })).toMatchObject({
      tests: [{ name: 'a' }],
      faults: [],
    })
  })
})
