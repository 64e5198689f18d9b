import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JobFolder } from './commands.test-support.ts'

let folder: JobFolder
beforeEach(() => {
  folder = new JobFolder()
})
afterEach(() => folder.remove())

const job = [
  'pipeline:',
  '  source: { file: nowhere.jsonl, time: { field: at, unit: s } }',
  '  stages:',
  '    - filter: { where: value >= 0, otherwise: reject }',
  '    - id: sums',
  '      aggregate: { aggregate: { sum: sum(value) }, emit: { every: 1m } }',
  '      by: user',
  '  sink: { file: nowhere-either.jsonl }',
  '  deadLetter: { file: rejected.jsonl }',
]
const stable = (text: string): string => text.replaceAll(/\d+(?:\.\d+)? m?s\b/g, 'TIME')
const read = (name: string): string => readFileSync(folder.file(name), 'utf8')

describe('millrace test', () => {
  it('runs the real stages over given records and touches no file of the job', async () => {
    folder.write(
      'job.yaml',
      ...job,
      'tests:',
      '  - name: sums by user',
      '    given: [{ at: 1, user: a, value: 1 }, { at: 2, user: a, value: 2 }, { at: 3, user: b, value: 4 }]',
      '    expect: { sink: [{ user: a, sum: 3 }, { user: b, sum: 4 }] }',
      '  - name: rejects what is negative',
      '    given: [{ at: 1, user: a, value: -1 }, { user: a, value: 1 }]',
      '    expect:',
      '      sink: []',
      '      filter: []',
      '      deadLetter: [{ stage: filter, record: { at: 1 } }, { stage: source, error: { code: TIME } }]',
    )

    const { code, out, error } = await folder.command('test', 'job.yaml')

    expect(stable(out)).toBe(
      'job.yaml\n  ✓ sums by user TIME\n  ✓ rejects what is negative TIME\n2 tests, 2 passed in TIME\n',
    )
    expect({ code, error }).toEqual({ code: 0, error: '' })
  })

  it('compares step by step: each expectation takes what came since the one before', async () => {
    folder.write(
      'job.yaml',
      ...job,
      'tests:',
      '  - name: steps',
      '    steps:',
      '      - given: [{ at: 1, user: a, value: 1 }]',
      '      - expect: { sink: [], filter: [{ value: 1 }] }',
      '      - given: [{ at: 61, user: a, value: 2 }]',
      '      - expect: { sink: [{ sum: 3 }] }',
      '      - given: [{ at: 62, user: a, value: 3 }]',
      '    expect: { sink: [], filter: [{ value: 2 }, { value: 3 }] }',
    )

    const { out } = await folder.command('test', 'job.yaml')

    expect(stable(out)).toBe('job.yaml\n  ✓ steps TIME\n1 test, 1 passed in TIME\n')
  })

  it('shows what is missing, what nobody expected and which fields differ, and ends with 1', async () => {
    folder.write(
      'job.yaml',
      ...job,
      'tests:',
      '  - name: wrong',
      '    given: [{ at: 1, user: a, value: 1 }, { at: 1, user: b, value: 2 }, { at: 1, user: c, value: 3 }]',
      '    expect:',
      '      sink: [{ user: a, sum: 1 }, { user: b, sum: 3 }, { user: c, sum: 3 }, { user: d, sum: 3 }]',
    )

    const { code, out } = await folder.command('test', 'job.yaml')

    expect(code).toBe(1)
    expect(stable(out)).toMatchInlineSnapshot(`
      "job.yaml
        ✗ wrong TIME

          sink: 2 as expected, 2 missing, 1 not expected
          at   job.yaml:14:7  tests[0].expect.sink
              {"user":"a","sum":1,"revision":0,"final":true}
            - {"user":"b","sum":3}
            + {"user":"b","sum":2,"revision":0,"final":true}
                sum: expected 3, got 2
              {"user":"c","sum":3,"revision":0,"final":true}
            - {"user":"d","sum":3}
          next Mend the job, or take what came: millrace test --update

      1 test, 0 passed, 1 failed in TIME
      "
    `)
  })

  it('--update writes what came and changes nothing else', async () => {
    const tests = [
      'tests: # the tests',
      '  - name: fills in',
      '    given: [{ at: 1, user: a, value: -1 }, { at: 1, user: a, value: 1 }]',
      '    expect: { sink: [], deadLetter: [] } # later',
    ]
    folder.write('job.yaml', ...job, ...tests)

    const first = await folder.command('test', 'job.yaml', '--update')
    const second = await folder.command('test', 'job.yaml')

    expect(first.code).toBe(0)
    expect(stable(first.out)).toContain('1 test, 0 passed, 1 updated in TIME')
    expect(second.code).toBe(0)
    expect(read('job.yaml')).toBe(
      `${[...job, ...tests.slice(0, 3)].join('\n')}
    expect:
      sink:
        - { user: a, sum: 1, revision: 0, final: true }
      deadLetter:
        - { stage: filter, record: { at: 1, user: a, value: -1 }, error: { code: FILTER_REJECTED } } # later
`,
    )
  })

  it('--update writes the file that a link leads to, and leaves its rights', async () => {
    folder.write('jobs.yaml', ...job, 'tests: [{ given: [], expect: { sink: [{ user: a }] } }]')
    chmodSync(folder.file('jobs.yaml'), 0o666)
    symlinkSync('jobs.yaml', folder.file('job.yaml'))

    const { code } = await folder.command('test', 'job.yaml', '--update')

    expect(code).toBe(0)
    expect(read('jobs.yaml')).toContain('expect: { sink: [] }')
    expect(lstatSync(folder.file('job.yaml')).isSymbolicLink()).toBe(true)
    expect(statSync(folder.file('jobs.yaml')).mode & 0o777).toBe(0o666)
  })

  it('--update takes nothing from a job that failed', async () => {
    folder.write(
      'job.yaml',
      ...job.filter((line) => !line.includes('deadLetter')),
      'tests:',
      '  - { name: fails, given: [{ at: 1, value: -1 }], expect: { sink: [{ a: 1 }] } }',
    )
    const before = read('job.yaml')

    const { code, out } = await folder.command('test', '-u')
    const named = await folder.command('test', 'job.yaml', '-u')

    expect(code).toBe(2)
    expect(out).toBe('')
    expect(named.code).toBe(1)
    expect(named.out).toContain('The job failed: ')
    expect(read('job.yaml')).toBe(before)
  })

  it('mocks stages: their code does not run', async () => {
    folder.write(
      'job.yaml',
      'pipeline:',
      '  source: { file: in.jsonl }',
      '  stages:',
      '    - { module: ./fails.ts, id: lookup }',
      '    - map: { set: { seen: known } }',
      '  sink: { file: out.jsonl }',
      'tests:',
      '  - name: mocked',
      '    mocks: { lookup: [{ known: 1 }, [], [{ known: 2 }, { known: 3 }]] }',
      '    given: [1, 2, 3]',
      '    expect: { sink: [{ seen: 1 }, { seen: 2 }, { seen: 3 }] }',
      '  - name: too few',
      '    mocks: { lookup: [{ known: 1 }] }',
      '    given: [1, 2]',
      '    expect: { sink: [{ seen: 1 }] }',
    )
    folder.write('fails.ts', 'export default () => { throw new Error("called") }')

    const { code, out } = await folder.command('test', 'job.yaml')

    expect(code).toBe(1)
    expect(stable(out)).toMatchInlineSnapshot(`
      "job.yaml
        ✓ mocked TIME
        ✗ too few TIME

          More records reach "lookup" than it has mocks.
          at   job.yaml:13:14  tests[1].mocks.lookup
          next Add a record for each, or [] for those that shall give nothing.

      2 tests, 1 passed, 1 failed in TIME
      "
    `)
  })

  it('moves the clock: what waits for time goes on, within milliseconds of ours', async () => {
    folder.write(
      'job.yaml',
      'pipeline:',
      '  source: { file: in.jsonl }',
      '  stages:',
      '    - module: ./second-time.ts',
      '      onError: { retry: { times: 3, backoff: { min: 10m, max: 10m, jitter: 0 } }, then: fail }',
      '  sink: { file: out.jsonl }',
      'tests:',
      '  - name: waits',
      '    steps:',
      '      - given: [1]',
      '      - advance: 9m',
      '      - expect: { sink: [] }',
      '      - advance: 1m',
      '      - expect: { sink: [1] }',
    )
    folder.write(
      'second-time.ts',
      'let count = 0',
      'export default (record: unknown) => {',
      '  if (++count < 2) throw new Error("not yet")',
      '  return record',
      '}',
    )

    const { out } = await folder.command('test', 'job.yaml')

    expect(stable(out)).toBe('job.yaml\n  ✓ waits TIME\n1 test, 1 passed in TIME\n')
  })

  it('gives results as data and as JUnit XML', async () => {
    folder.write(
      'job.yaml',
      ...job,
      'tests:',
      '  - { name: good, given: [], expect: { sink: [] } }',
      '  - { name: "<bad> & \\"worse\\"", given: [], expect: { sink: [1] } }',
    )

    const { code, out } = await folder.command('test', 'job.yaml', '--json', '--junit', 'r.xml')

    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      passed: false,
      files: [
        {
          tests: [
            { name: 'good', passed: true, line: 11 },
            { passed: false, failures: [{ of: 'sink', got: [], lines: [{ kind: 'missing' }] }] },
          ],
        },
      ],
    })
    expect(read('r.xml').replaceAll(/time="[\d.]+"|\d+ ms/g, 'TIME')).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites tests="2" failures="1" errors="0" TIME>
        <testsuite name="job.yaml" tests="2" failures="1" errors="0" TIME>
          <testcase name="good" classname="job.yaml" line="11" TIME/>
          <testcase name="&lt;bad&gt; &amp; &quot;worse&quot;" classname="job.yaml" line="12" TIME>
            <failure message="Other records came.">job.yaml
        ✗ &lt;bad&gt; &amp; &quot;worse&quot; TIME

          sink: 0 as expected, 1 missing
          at   job.yaml:12:55  tests[1].expect.sink
            - 1
          next Mend the job, or take what came: millrace test --update

      </failure>
          </testcase>
        </testsuite>
      </testsuites>
      "
    `)
  })

  it('chooses tests by name, and says where there are none', async () => {
    folder.write(
      'job.yaml',
      ...job,
      'tests:',
      '  - { name: one, given: [], expect: { sink: [] } }',
      '  - { name: two, given: [], expect: { sink: [1] } }',
    )
    folder.write('none.yaml', ...job)

    const one = await folder.command('test', 'job.yaml', '--name', 'on')
    const three = await folder.command('test', 'job.yaml', '--name', 'three')
    const none = await folder.command('test', 'none.yaml')

    expect(stable(one.out)).toContain('1 test, 1 passed')
    expect(three).toMatchObject({ code: 2, out: '' })
    expect(three.error).toContain('No test in job.yaml has "three" in its name.')
    expect(none.error).toContain('There are no tests in none.yaml.')
  })

  it('says all faults of the job and its tests before anything runs', async () => {
    folder.write('job.yaml', ...job, 'tests: [{ name: a, given: [], expect: { snik: [] } }]')

    const { code, out, error } = await folder.command('test', 'job.yaml')

    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toContain('error[CFG_TEST_TARGET]: The job has no "snik" that expect could mean.')
  })
})
