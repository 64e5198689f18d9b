import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { input, job, JobFolder } from './commands.test-support.ts'

// On a busy machine this may take longer than a test may.
beforeAll(() => import('./feed-letters.ts').then(() => undefined), 60_000)

let folder: JobFolder
beforeEach(() => {
  folder = new JobFolder()
  folder.write('job.yaml', ...job)
})
afterEach(() => folder.remove())

const read = (name: string): string => readFileSync(folder.file(name), 'utf8')

/** A dead letter of `job`. */
const letter = (fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    id: 'source//jobs/in.jsonl/2/filter',
    record: { value: 7 },
    raw: null,
    stage: 'filter',
    input: 'in',
    key: null,
    eventTime: 1000,
    error: { code: 'EXP_TYPE', message: 'Not a number.' },
    position: { source: 'source', partition: '/jobs/in.jsonl', offset: 2, line: 3 },
    attempts: 1,
    time: Date.UTC(2001, 0, 14, 21, 55),
    ...fields,
  })
const malformed = letter({
  id: 'source//jobs/in.jsonl/4/source',
  record: null,
  raw: '{"value":9}',
  stage: 'source',
  input: null,
  eventTime: null,
  error: { code: 'FILE_JSON', message: 'Not JSON.' },
  position: { source: 'source', partition: '/jobs/in.jsonl', offset: 4, line: 5 },
  time: Date.UTC(2001, 0, 14, 21, 56),
})

describe('dead-letter ls', () => {
  it('counts by code and stage, and names the lines that are no dead letters', async () => {
    const later = letter({ id: 'source//jobs/in.jsonl/9/filter', time: Date.UTC(2001, 0, 15) })
    folder.write('dead.jsonl', letter(), 'nonsense', '', malformed, '{"id":"a"}', later)

    const { code, error, out } = await folder.command('dead-letter', 'ls', 'dead.jsonl')

    expect(code).toBe(0)
    expect(out).toMatchInlineSnapshot(`
      "3 dead letters in dead.jsonl

      code       stage   count  replayed  first                 last                  example
      EXP_TYPE   filter      2         0  2001-01-14T21:55:00Z  2001-01-15T00:00:00Z  /jobs/in.jsonl:3: Not a number.
      FILE_JSON  source      1         0  2001-01-14T21:56:00Z  2001-01-14T21:56:00Z  /jobs/in.jsonl:5: Not JSON.
      "
    `)
    expect(error).toMatchInlineSnapshot(`
      "warning: 2 lines left out, being no dead letter
        dead.jsonl:2: it is not JSON
        dead.jsonl:5: it has no "record"
      "
    `)
  })

  it('takes only those of a code or stage, also as JSON', async () => {
    folder.write('dead.jsonl', letter(), malformed, '[]')
    const ls = (...rest: string[]) => folder.command('dead-letter', 'ls', 'dead.jsonl', ...rest)

    const { code, error, out } = await ls('--code', 'FILE_JSON', '--stage', 'source', '--json')

    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(JSON.parse(out)).toEqual({
      file: '/jobs/dead.jsonl',
      letters: 1,
      groups: [
        {
          code: 'FILE_JSON',
          stage: 'source',
          count: 1,
          replayed: 0,
          first: Date.UTC(2001, 0, 14, 21, 56),
          last: Date.UTC(2001, 0, 14, 21, 56),
          example: JSON.parse(malformed) as unknown,
        },
      ],
      broken: [{ line: 3, reason: 'it is not an object' }],
    })
    expect((await ls('--stage', 'fliter')).error).toMatchInlineSnapshot(`
      "error[CLI_NONE_CHOSEN]: No letter in "dead.jsonl" has the stage "fliter".
        next Did you mean "filter"?
      "
    `)
    expect((await ls('--code', 'EXP_TYPE', '--stage', 'source')).code).toBe(0)
  })

  it.each([
    [
      'deed.jsonl',
      'error[CLI_LETTERS_FILE]: "/jobs/deed.jsonl" cannot be used: it does not exist.',
      '  next Did you mean "dead.jsonl"?',
    ],
    [
      'job.yaml',
      'error[CLI_NOT_LETTERS]: "/jobs/job.yaml" holds no dead letter: of line 1, it is not JSON.',
      '  next Name a file of JSON lines that the deadLetter sink of a job wrote.',
    ],
    [
      'node_modules',
      'error[CLI_LETTERS_FILE]: "/jobs/node_modules" cannot be used: it is a folder.',
      '  next Name the file that the deadLetter sink wrote, or a file of parked records.',
    ],
  ])('says what is wrong with %s', async (name, title, next) => {
    folder.write('dead.jsonl', letter())

    const { code, error, out } = await folder.command('dead-letter', 'ls', name)

    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toBe(`${title}\n${next}\n`)
  })

  it('reads what is packed, begins with a byte order mark, or would move the cursor', async () => {
    const message = 'No.\u001B[2J\nNever.'
    const text = `\uFEFF${letter({ error: { code: 'A', message } })}\n`
    writeFileSync(folder.file('dead.jsonl.gz'), gzipSync(text))
    writeFileSync(folder.file('half.jsonl.gz'), gzipSync(text).subarray(0, 40))

    const { code, out } = await folder.command('dead-letter', 'ls', 'dead.jsonl.gz')
    const half = await folder.command('dead-letter', 'ls', 'half.jsonl.gz')

    expect(code).toBe(0)
    expect(out).toContain('/jobs/in.jsonl:3: No. [2J Never.\n')
    expect(half.code).toBe(2)
    expect(half.error).toContain('half.jsonl.gz" cannot be used: unexpected end of file.')
  })

  it('has nothing to say of an empty file', async () => {
    folder.write('dead.jsonl')

    const { code, out } = await folder.command('dead-letter', 'ls', 'dead.jsonl')

    expect({ code, out }).toEqual({ code: 0, out: '0 dead letters in dead.jsonl\n' })
  })
})

describe('dead-letter replay', () => {
  const replay = (...rest: string[]) =>
    folder.command('dead-letter', 'replay', 'dead.jsonl', 'job.yaml', ...rest)

  it('says what it would do, and does nothing', async () => {
    folder.write('dead.jsonl', letter(), malformed)
    const before = readdirSync(folder.path)

    const { code, error, out } = await replay('--dry-run')

    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toMatchInlineSnapshot(`
      "2 records of dead.jsonl to be replayed in doubles, 0 replayed before.

      stage   input  records  replayed before  now  late
      filter  in           1                0    1     0
      source               1                0    1     0

      None will be late: event time stands still until the last of them is through.
      "sink" writes out.replay-1.jsonl
      "deadLetter" writes dead.replay-1.jsonl
      "
    `)
    expect(readdirSync(folder.path)).toEqual(before)
  })

  it('feeds each letter back where it failed, once, into files of its own', async () => {
    folder.write('in.jsonl', ...input)
    await folder.command('run', 'job.yaml', '--quiet')
    folder.write('dead.jsonl', letter(), malformed)

    const first = await replay()
    const second = await replay()

    expect([first.code, second.code]).toEqual([0, 0])
    expect(first.error).toMatchInlineSnapshot(`
      "2 records of dead.jsonl to be replayed in doubles, 0 replayed before.

      stage   input  records  replayed before  now  late
      filter  in           1                0    1     0
      source               1                0    1     0

      None will be late: event time stands still until the last of them is through.
      "sink" writes out.replay-1.jsonl
      "deadLetter" writes dead.replay-1.jsonl

      doubles: reading dead.jsonl
      "
    `)
    expect(first.out).toMatchInlineSnapshot(`
      "doubles completed: 2 records in TIME, RATE/s

      source         module      read     sent  malformed
      replay:filter  replay         1        1          0
      source         file           1        1          0

      stage          module        in     used   filtered  late  dead  dropped  held
      filter         filter         2        2          0     0     0        0     0
      map            map            2        2          0     0     0        0     0

      sink           module  received  written   rejected  held
      sink           file           2        2          0     0
      deadLetter     file           0        0          0     0

      counts add up: each of the 2 records read has exactly one fate at every stage
      2 records replayed.
      "
    `)
    expect(second.out).toBe('Nothing in dead.jsonl is left to be replayed.\n')
    expect(read('out.replay-1.jsonl')).toBe('{"value":7,"double":14}\n{"value":9,"double":18}\n')
    expect(read('out.jsonl')).toBe('{"value":3,"double":6}\n{"value":5,"double":10}\n')
    expect(read('dead.jsonl')).toBe(`${letter()}\n${malformed}\n`)
    expect(existsSync(folder.file('dead.jsonl.lock'))).toBe(false)
  })

  it('puts what fails again, under its old id, place and time, into a new file', async () => {
    const bad = letter({ record: { value: 'x' } })
    const broken = malformed.replace('{\\"value\\":9}', '{\\"value\\":')
    folder.write('dead.jsonl', bad, broken)

    const { code } = await replay('--fail-on-dead-letter', '--json')

    expect(code).toBe(1)
    const again = read('dead.replay-1.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const { error: _, time: _time, ...same } = JSON.parse(bad) as Record<string, unknown>
    expect(again).toMatchObject([
      { ...same, error: { code: 'EXP_TYPE' } },
      {
        id: 'source//jobs/in.jsonl/4/source',
        raw: '{"value":',
        record: null,
        stage: 'source',
        error: { code: 'FILE_JSON', message: 'The JSON ends too early.' },
        position: { source: 'source', partition: '/jobs/in.jsonl', offset: 4, line: 5 },
      },
    ])
    const next = await folder.command('dead-letter', 'replay', 'dead.replay-1.jsonl', 'job.yaml')
    expect(next.code).toBe(0)
    expect(existsSync(folder.file('dead.replay-2.jsonl'))).toBe(true)
  })

  it('takes a record that somebody put in the place of a broken line', async () => {
    folder.write('dead.jsonl', malformed.replace('"record":null', '"record":{"value":4}'))

    expect((await replay('--quiet')).code).toBe(0)
    expect(read('out.replay-1.jsonl')).toBe('{"value":4,"double":8}\n')
  })

  it('replays a part, and the rest the next time; an id that stands twice is two letters', async () => {
    folder.write('dead.jsonl', letter(), malformed, letter({ record: { value: 8 } }))

    await replay('--quiet', '--code', 'EXP_TYPE')
    const { out } = await replay('--dry-run')
    await replay('--quiet', '--stage', 'source')

    expect(read('out.replay-1.jsonl')).toBe('{"value":7,"double":14}\n{"value":8,"double":16}\n')
    expect(out).toContain('1 record of dead.jsonl to be replayed in doubles, 2 replayed before.')
    expect(read('out.replay-2.jsonl')).toBe('{"value":9,"double":18}\n')
  })

  it('says when what was replayed failed again in a later run', async () => {
    folder.write('dead.jsonl', letter())
    await replay('--quiet')
    folder.write('dead.jsonl', letter({ time: Date.UTC(2101, 0, 1) }))

    expect((await replay()).out).toMatchInlineSnapshot(`
      "Nothing in dead.jsonl is left to be replayed.
      warning: 1 of those failed again in a later run; delete dead.jsonl.replayed to have them replayed too.
      "
    `)
  })

  it('takes another number where files of the first are there', async () => {
    folder.write('dead.jsonl', letter())
    folder.write('out.replay-1.jsonl', 'mine')

    await replay('--quiet')

    expect(read('out.replay-1.jsonl')).toBe('mine\n')
    expect(read('out.replay-2.jsonl')).toBe('{"value":7,"double":14}\n')
  })

  it('does again, into the same files, what was killed before it was written down', async () => {
    folder.write('dead.jsonl', letter(), malformed)
    await replay('--quiet')
    const [begun = ''] = read('dead.jsonl.replayed').split('\n')
    // All was written, and the last line of the log only in part.
    writeFileSync(folder.file('dead.jsonl.replayed'), `${begun}\n{"replay":1,"end`)

    const { code } = await replay('--quiet', '--code', 'EXP_TYPE')
    await replay('--quiet')

    expect(code).toBe(0)
    expect(read('out.replay-1.jsonl')).toBe('{"value":7,"double":14}\n')
    expect(read('out.replay-2.jsonl')).toBe('{"value":9,"double":18}\n')
  })

  it('counts nothing as replayed when the job fails', async () => {
    folder.write('dead.jsonl', letter({ record: { value: 'x' } }), malformed)
    const failing = job.filter((line) => !line.includes('deadLetter'))
    folder.write('job.yaml', ...failing)

    const { code, error, out } = await replay()
    folder.write('job.yaml', ...job)
    const after = await replay('--dry-run')

    expect(code).toBe(1)
    expect(error).toContain('error[ENG_RECORD]')
    expect(out).toContain('Nothing counts as replayed: the job failed')
    expect(after.out).toContain('2 records of dead.jsonl to be replayed')
    expect(existsSync(folder.file('out.replay-1.jsonl'))).toBe(false)
  })

  it.each([
    [
      'stages that are gone',
      [letter({ stage: 'fliter' }), letter({ stage: 'enrich' })],
      [],
      'error[JOB_NO_STAGE]: Records failed in "fliter", which the job does not have.',
      '  next Is it "filter" now? Give the stage its old id back, or leave its records out.',
      '',
      'error[JOB_NO_STAGE]: Records failed in "enrich", which the job does not have.',
      '  next It has source, filter, map, sink. Give the stage its old id back, or leave its records out.',
    ],
    [
      'an input that is gone',
      [letter({ input: 'left' })],
      [],
      'error[JOB_NO_INPUT_OF_STAGE]: Records failed at the input "left" of "filter", which it does not have.',
      '  next It has in: use the job file that they failed with.',
    ],
    [
      'parked records',
      [letter({ error: null })],
      [],
      'error[CLI_PARKED_FILE]: "dead.jsonl" holds parked records, not dead letters.',
      '  next Run millrace parked release dead.jsonl.',
    ],
    [
      'its own file as output',
      [letter()],
      ['-o', 'deadLetter=dead.jsonl'],
      'error[CLI_SAME_FILE]: "deadLetter" would write "/jobs/dead.jsonl" while it is read.',
      '  next Leave --output out, or name another file.',
    ],
    [
      'an override that keeps earlier results in its way',
      [letter()],
      ['--set', 'sink.parameters.path=out.jsonl'],
      'error[CLI_NOT_MOVED]: An override makes "sink" write "/jobs/out.jsonl", where earlier results may be.',
      '  next Say where results go instead of the override: --output sink=/jobs/out.replay-1.jsonl',
    ],
    ['a job file with faults', [letter()], ['--set', 'stages.filter.onError=skp'], 'error[CFG_'],
  ])('refuses %s before anything starts', async (_, lines, options, ...expected) => {
    folder.write('dead.jsonl', ...lines)

    const { code, error, out } = await replay(...options)

    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toContain(expected.join('\n'))
    expect(existsSync(folder.file('dead.jsonl.replayed'))).toBe(false)
  })

  it('waits for nobody: a file that another process works on is refused', async () => {
    folder.write('dead.jsonl', letter())
    folder.write('dead.jsonl.lock', String(process.ppid))

    expect((await replay()).error).toContain(`Process ${process.ppid} is at work on these records.`)

    folder.write('dead.jsonl.lock', '0')
    expect((await replay('--quiet')).code).toBe(0)
  })
})
