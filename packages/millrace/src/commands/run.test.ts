import { existsSync, readFileSync, rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { input, job, JobFolder } from './commands.test-support.ts'

let folder: JobFolder
beforeEach(() => {
  folder = new JobFolder()
})
afterEach(() => folder.remove())

describe('run', () => {
  beforeEach(() => {
    folder.write('job.yaml', ...job)
    folder.write('in.jsonl', ...input)
  })

  it('prints progress on stderr, first results and the summary on stdout', async () => {
    const { code, out, error } = await folder.command('run', 'job.yaml')

    expect(code).toBe(0)
    expect(error).toBe('doubles: reading in.jsonl\n')
    expect(out).toMatchInlineSnapshot(`
      "out.jsonl (first 2 of 2)
        value  double
            3       6
            5      10

      doubles completed: 4 records (50 B) in TIME, RATE/s

      source      module      read     sent  malformed
      source      file           4        4          0

      stage       module        in     used   filtered  late  dead  dropped  held
      filter      filter         4        2          1     0     1        0     0
      map         map            2        2          0     0     0        0     0

      sink        module  received  written   rejected  held
      sink        file           2        2          0     0
      deadLetter  file           1        1          0     0

      counts add up: each of the 4 records read has exactly one fate at every stage

      filtered
        1  filter  where is false

      1 dead letter in dead.jsonl: 1 EXP_TYPE
        in.jsonl:3  EXP_TYPE  ">" orders two numbers or two texts; got string "x" and number 2, in \`value > 2\`.
      "
    `)
  })

  it('prints nothing with --quiet, the summary as data with --json', async () => {
    const quiet = await folder.command('run', 'job.yaml', '--quiet')
    const json = await folder.command('run', 'job.yaml', '--json')

    expect(quiet).toEqual({ code: 0, out: '', error: '' })
    expect(JSON.parse(json.out)).toMatchObject({ name: 'doubles', state: 'completed' })
  })

  it('says which fields no record had, in the summary and after 1,000 records', async () => {
    folder.write('job.yaml', ...job.map((line) => line.replace('value * 2', 'vlaue * 2')))
    const few = await folder.command('run', 'job.yaml')
    const data = await folder.command('run', 'job.yaml', '--json')
    folder.write('in.jsonl', ...Array.from({ length: 1500 }, () => '{"value":9}'))
    const many = await folder.command('run', 'job.yaml')
    const quiet = await folder.command('run', 'job.yaml', '--quiet')

    const hint =
      'Did you mean "value"? A missing field is null; ask with has() where it may be missing.'
    const sentence = (count: string): string =>
      `No record that reaches "map" has a field "vlaue" (${count} records seen). ${hint}`
    expect(few.out).toContain(`\nwarning: ${sentence('2')}\n`)
    expect(few.error).toBe('doubles: reading in.jsonl\n')
    expect(JSON.parse(data.out)).toMatchObject({ warnings: [sentence('2')] })
    expect(many.error).toBe(`doubles: reading in.jsonl\nwarn  ${sentence('1,000')}\n`)
    expect(many.out).toContain(`\nwarning: ${sentence('1,500')}\n`)
    expect(quiet).toEqual({ code: 0, out: '', error: '' })
  })

  it('takes the warning back when the field comes later, from a file that is read by fields too', async () => {
    folder.write(
      'job.yaml',
      'pipeline:',
      '  source: { file: in.jsonl }',
      '  stages:',
      "    - aggregate: { aggregate: { late: 'sum(late)', never: 'sum(nevre)', n: 'sum(number)' } }",
      '  sink: { file: out.jsonl }',
    )
    const records = Array.from({ length: 5001 }, (_, number) =>
      number < 5000 ? { number, never: 1 } : { number, late: 7 },
    )
    folder.write('in.jsonl', ...records.map((record) => JSON.stringify(record)))

    const { error, out } = await folder.command('run', 'job.yaml')

    expect(error).toContain('field "late" (1,000 records seen). Check the spelling.')
    expect(error).toContain('field "nevre" (1,000 records seen). Did you mean "never"?')
    expect(out.match(/^warning: .*$/gm)).toEqual([
      'warning: No record that reaches "aggregate" has a field "nevre" (5,001 records seen). Did you mean "never"? A missing field is null; ask with has() where it may be missing.',
    ])
    expect(readFileSync(folder.file('out.jsonl'), 'utf8')).toContain('"late":7')
  })

  it('ends with 1 for dead letters when asked to', async () => {
    const { code } = await folder.command('run', 'job.yaml', '--quiet', '--fail-on-dead-letter')

    expect(code).toBe(1)
  })

  it('takes ends and values from flags', async () => {
    folder.write('other.jsonl', '{"value":9}')

    const override = 'stages.filter.parameters.where=value > 8'
    const ends = ['-i', 'other.jsonl', '-o', 'sink=new.jsonl']

    const { code } = await folder.command('run', 'job.yaml', '-q', ...ends, '--set', override)

    expect(code).toBe(0)
    expect(readFileSync(folder.file('new.jsonl'), 'utf8')).toBe('{"value":9,"double":18}\n')
  })

  it('ends with 1 when the job fails and says why on stderr', async () => {
    rmSync(folder.file('in.jsonl'))

    const { code, out, error } = await folder.command('run', 'job.yaml')
    const quiet = await folder.command('run', 'job.yaml', '--quiet', '--log-level', 'debug')

    expect(code).toBe(1)
    expect(out).toBe('doubles failed: 0 records in TIME, RATE/s\n')
    expect(error).toMatchInlineSnapshot(`
      "doubles: reading in.jsonl
      error[FILE_NOT_FOUND]: There is no file "/jobs/in.jsonl".
        at   job.yaml:3:19  pipeline.source.file
             3 |   source: { file: in.jsonl }
               |                   ^
        next Check the path; a relative one counts from the job file.
      "
    `)
    expect(quiet.error).toMatch(/\n {4}at /)
  })

  it('says where the job names what cannot be read or written, and the nearest name there is', async () => {
    const long = [
      'pipeline:',
      '  source:',
      '    module: file',
      '    parameters: { path: inn.jsonl }',
      '  sink: { file: in.jsonl/out.jsonl }',
    ]
    folder.write('read.yaml', ...long.with(4, '  sink: { file: out.jsonl }'))
    folder.write('write.yaml', ...long.with(3, '    parameters: { path: in.jsonl }'))

    const errors = [
      await folder.command('run', 'read.yaml', '-q'),
      await folder.command('run', 'write.yaml', '-q'),
      await folder.command('run', 'job.yaml', '-q', '--input', 'on.jsonl'),
    ].map(({ error }) => error)

    expect(errors.join('\n')).toMatchInlineSnapshot(`
      "error[FILE_NOT_FOUND]: There is no file "/jobs/inn.jsonl".
        at   read.yaml:4:25  pipeline.source.parameters.path
             4 |     parameters: { path: inn.jsonl }
               |                         ^
        next Did you mean "in.jsonl"?

      error[FILE_NOT_FOLDER]: "/jobs/in.jsonl" cannot be a folder: a file is in the way.
        at   write.yaml:5:17  pipeline.sink.file
             5 |   sink: { file: in.jsonl/out.jsonl }
               |                 ^
        next Choose another folder, or move the file away.

      error[FILE_NOT_FOUND]: There is no file "/jobs/on.jsonl".
        at   --input  on.jsonl
        next Did you mean "in.jsonl"?
      "
    `)
  })

  it('ends with 2 on a job with faults and starts nothing', async () => {
    folder.write(
      'job.yaml',
      ...job.map((line) => line.replace('filter', 'filtre').replace('value *', '*')),
    )

    const { code, out, error } = await folder.command('run', 'job.yaml')

    expect([code, out]).toEqual([2, ''])
    expect(error).toMatchInlineSnapshot(`
      "error[CFG_YAML]: This is not valid YAML: alias cannot be an empty string; got \`- map: { set: { double: * 2 } }\`.
        at   job.yaml:6:29
             6 |     - map: { set: { double: * 2 } }
               |                             ^
        next Quote the value; ready to paste: - map: { set: { double: '* 2' } }

      1 fault in job.yaml; nothing has started.
      "
    `)
    expect(existsSync(folder.file('out.jsonl'))).toBe(false)
  })

  it('says all faults with their places', async () => {
    folder.write(
      'job.yaml',
      ...job.map((line) => line.replace('filter', 'filtre').replace('name', 'nam')),
    )

    const { code, error } = await folder.command('run', 'job.yaml')

    expect(code).toBe(2)
    expect(error).toContain('job.yaml:2:3')
    expect(error).toContain('job.yaml:5:7')
    expect(error).toContain('2 faults in job.yaml; nothing has started.')
  })

  it('ends with 2 when the job file is not there', async () => {
    const { code, error } = await folder.command('run', 'none.yaml')

    expect(code).toBe(2)
    expect(error).toContain('none.yaml')
  })

  it('finds the job file by its name, and lists the names when there is none', async () => {
    folder.write('millrace.yml', ...job)

    expect((await folder.command('run', '--quiet')).code).toBe(0)
    rmSync(folder.file('millrace.yml'))
    expect(await folder.command('run')).toMatchInlineSnapshot(`
      {
        "code": 2,
        "error": "error[CLI_NO_JOB_FILE]: No job file given and none found in /jobs; tried millrace.yaml, millrace.yml, millrace.json, configs/default.yaml, configs/default_config.yml.
        next Name the file: millrace run job.yaml, or create one of those.
      ",
        "out": "",
      }
    `)
    expect((await folder.command('run', 'job.yaml', '--config', 'job.yaml')).error)
      .toMatchInlineSnapshot(`
      "error[CLI_TWO_JOB_FILES]: Two job files given: job.yaml and --config job.yaml.
        next Give the job file once, as the argument or with --config.
      "
    `)
  })
})

describe('run, when signals come', () => {
  const endless = [
    'pipeline:',
    '  name: endless',
    '  source: { generate: { rate: 1000, seed: 1 } }',
    '  stages:',
    '    - filter: id >= 0',
    '  sink: { file: out.jsonl }',
  ]

  it('stops at the first one and ends with 0', async () => {
    folder.write('job.yaml', ...endless)
    const running = folder.command('run', 'job.yaml')
    await vi.waitFor(() => expect(process.listenerCount('SIGINT')).toBeGreaterThan(0))
    process.emit('SIGINT', 'SIGINT')

    const { code, out } = await running

    expect(code).toBe(0)
    expect(out).toContain('endless stopped:')
    expect(process.listenerCount('SIGTERM')).toBe(0)
  })
})
