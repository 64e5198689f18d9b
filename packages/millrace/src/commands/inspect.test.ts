import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { job, JobFolder } from './commands.test-support.ts'

let folder: JobFolder
beforeEach(() => {
  folder = new JobFolder()
})
afterEach(() => folder.remove())

it('explain shows the plan as text, as a diagram and as data', async () => {
  folder.write('job.yaml', ...job)

  const text = await folder.command('explain', 'job.yaml')
  const mermaid = await folder.command('explain', 'job.yaml', '--format', 'mermaid')
  const json = await folder.command('explain', 'job.yaml', '--format', 'json')

  expect(text.out).toMatchInlineSnapshot(`
    "doubles

    source: file  @millrace/file VERSION
      Reads records from files or standard input: JSON lines, JSON, CSV, lines, gzip.
      path         "in.jsonl"
      compression  "auto"  (default)
      types        "infer"  (default)
      maxLine      "1MiB"  (default)
      · The time of a record is its arrival; a second run will give other times.
      · Entries that cannot be decoded go to the dead letters (default).
      · A read that fails is taken up where it was, 100ms apart at first and 30s at most.

    stage filter: filter  @millrace/filter VERSION
      Passes records for which an expression is true.
      reads      source
      where      "value > 2"
      reason     "where is false"  (default)
      otherwise  "filter"  (default)
      · Records that emit nothing count as filtered.
      · It keeps nothing between records.
      · Records that fail go to the dead letters (default).
      · An asynchronous record may take 30s (default).

    stage map: map  @millrace/map VERSION
      Sets, selects, drops and renames fields.
      reads       filter
      set.double  "value * 2"
      · Records that emit nothing count as filtered.
      · It keeps nothing between records.
      · Records that fail go to the dead letters (default).
      · An asynchronous record may take 30s (default).

    sink: file  @millrace/file VERSION
      Writes records to files or standard output: JSON lines, JSON, CSV, lines, gzip.
      reads        map
      path         "out.jsonl"
      compression  "auto"  (default)
      mode         "replace"  (default)
      commit       "end"  (default)
      maxOpen      64  (default)
      · Records it rejects go to the dead letters (default).
      · A write that fails ends the job.
      · A replaced file appears whole when the job is done, and a failed job leaves the old one; with mode append and without checkpoints, lines may stand twice when a failed job runs again.

    dead letters: file  @millrace/file VERSION
      Writes records to files or standard output: JSON lines, JSON, CSV, lines, gzip.
      path         "dead.jsonl"
      compression  "auto"  (default)
      mode         "replace"  (default)
      commit       "end"  (default)
      maxOpen      64  (default)
      · If it cannot write, the job stops.
      · A replaced file appears whole when the job is done, and a failed job leaves the old one; with mode append and without checkpoints, lines may stand twice when a failed job runs again.

    note  More than 50 % failures among the last 1000 records end the job.
    note  More than 3 restarts within 1m end the job.
    note  A stage holds up to 4096 records; a full one slows down what stands before it.
    note  Where the time of a record is its arrival, a second run gives other times.
    note  There are no checkpoints: a run that ends early begins anew. checkpoint: 10s takes them.
    "
  `)
  expect(mermaid.out).toMatchInlineSnapshot(`
    "flowchart LR
      n0(["source: file"])
      n1["filter"]
      n2["map"]
      n3[("sink: file")]
      n4[("deadLetter: file")]
      n0 --> n1
      n1 --> n2
      n2 --> n3
      n0 -.-> n4
      n1 -.-> n4
      n2 -.-> n4
    "
  `)
  expect(JSON.parse(json.out)).toMatchObject({ name: 'doubles' })
})

it('explain and config print end with 2 on a job with faults', async () => {
  folder.write('job.yaml', 'pipeline: 3')

  expect((await folder.command('explain', 'job.yaml')).code).toBe(2)
  expect((await folder.command('config', 'print', 'job.yaml')).code).toBe(2)
})

it('config print shows each value with its origin and hides secrets', async () => {
  folder.write('secret.txt', 'top')
  folder.write(
    'job.yaml',
    ...job.map((line) => line.replace('dead.jsonl', '"${file:secret.txt}.jsonl"')),
  )

  const text = await folder.command(
    'config',
    'print',
    'job.yaml',
    '--set',
    'sink.parameters.mode=append',
  )
  const json = await folder.command('config', 'print', 'job.yaml', '--json')

  expect(text.error).toBe('')
  expect(text.out).toMatchInlineSnapshot(`
    "name                                "doubles"         file job.yaml:2:9
    errors.atMost                       "50%"             default
    errors.of                           1000              default
    restart.intensity                   3                 default
    restart.period                      "60s"             default
    restart.onEscalate                  "fail"            default
    mailbox.capacity                    4096              default
    mailbox.overflow                    "block"           default
    source.parameters.path              "in.jsonl"        file job.yaml:3:19
    source.parameters.compression       "auto"            default
    source.parameters.types             "infer"           default
    source.parameters.maxLine           "1MiB"            default
    stages.filter.parameters.where      "value > 2"       file job.yaml:5:15
    stages.filter.parameters.reason     "where is false"  default
    stages.filter.parameters.otherwise  "filter"          default
    stages.map.parameters.set.double    "value * 2"       file job.yaml:6:29
    sink.parameters.path                "out.jsonl"       file job.yaml:7:17
    sink.parameters.mode                "append"          flag --set
    sink.parameters.compression         "auto"            default
    sink.parameters.commit              "end"             default
    sink.parameters.maxOpen             64                default
    deadLetter.parameters.path          (hidden)          file job.yaml:8:23
    deadLetter.parameters.compression   "auto"            default
    deadLetter.parameters.mode          "replace"         default
    deadLetter.parameters.commit        "end"             default
    deadLetter.parameters.maxOpen       64                default
    checkpoint                          "off"             default
    "
  `)
  expect(text.out).not.toContain('top')
  expect(json.out).not.toContain('top')
})

describe('plugins and schema', () => {
  it('lists what is installed and the parameters of one', async () => {
    const all = await folder.command('plugins')
    const one = await folder.command('plugins', 'log')
    const data = await folder.command('plugins', 'log', '--json')

    expect(all.out).toMatch(/^ {2}filter +@millrace\/filter VERSION/m)
    expect(one.out).toContain('log (stage, @millrace/log')
    expect(JSON.parse(data.out)).toMatchObject([{ name: 'log' }])
  })

  it('names the nearest plugin for one that there is not', async () => {
    expect(await folder.command('plugins', 'fliter')).toMatchInlineSnapshot(`
      {
        "code": 2,
        "error": "error[CLI_NO_PLUGIN]: No installed plugin is called "fliter".
        next Did you mean "filter"? Run "millrace plugins" to list what is installed.
      ",
        "out": "",
      }
    `)
  })

  it('prints the schema of job files or writes it to a file', async () => {
    const printed = await folder.command('schema')
    const written = await folder.command('schema', '-o', 'job.schema.json')

    expect(JSON.parse(printed.out)).toHaveProperty('$defs')
    expect(readFileSync(folder.file('job.schema.json'), 'utf8')).toBe(printed.out)
    expect(written.out).toMatchInlineSnapshot(`
      "job.schema.json written. Begin a job file with this line to use it:
      # yaml-language-server: $schema=job.schema.json
      "
    `)
  })
})
