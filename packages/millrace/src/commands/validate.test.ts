import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { input, job, JobFolder } from './commands.test-support.ts'

let folder: JobFolder
beforeEach(() => {
  folder = new JobFolder()
})
afterEach(() => folder.remove())

describe('validate', () => {
  it('says that a job is valid, and as data too', async () => {
    folder.write('job.yaml', ...job)

    const text = await folder.command('validate', 'job.yaml')
    const json = await folder.command('validate', 'job.yaml', '--json')

    expect(text).toEqual({
      code: 0,
      out: 'job.yaml is valid: 1 source, 2 stages, 1 sink\n',
      error: '',
    })
    expect(JSON.parse(json.out)).toMatchObject({ valid: true, faults: [], warnings: [] })
  })

  it('gives faults as data', async () => {
    folder.write(
      'job.yaml',
      ...job.map((line) => line.replace('filter', 'filtre').replace('name', 'nam')),
    )

    const { code, out } = await folder.command('validate', 'job.yaml', '--json')

    expect(code).toBe(2)
    const { faults } = JSON.parse(out) as { faults: { code: string }[] }
    expect(faults.map((fault) => fault.code)).toEqual(['CFG_UNKNOWN_KEY', 'CFG_MODULE_NOT_FOUND'])
  })

  it('samples the input and names fields that no record has', async () => {
    folder.write('job.yaml', ...job.map((line) => line.replace('value * 2', 'vlaue * 2')))
    folder.write('in.jsonl', ...input)

    const warned = await folder.command('validate', 'job.yaml', '--sample')
    const strict = await folder.command('validate', 'job.yaml', '--sample', '--strict')

    expect(warned).toMatchInlineSnapshot(`
      {
        "code": 0,
        "error": "warning[ENG_FIELD_UNSEEN]: No record that reaches "map" has a field "vlaue" (4 records seen).
        at   job.yaml:6:29  pipeline.stages[1].map.set.double
             6 |     - map: { set: { double: vlaue * 2 } }
               |                             ^
        next Did you mean "value"? A missing field is null; ask with has() where it may be missing.

      ",
        "out": "job.yaml is valid: 1 source, 2 stages, 1 sink, 1 warning, 4 records sampled
      ",
      }
    `)
    expect(strict.code).toBe(2)
  })

  it('names sources that cannot be read, and such without records', async () => {
    folder.write('job.yaml', ...job)
    const missing = await folder.command('validate', 'job.yaml', '--sample')
    folder.write('in.jsonl')
    const empty = await folder.command('validate', 'job.yaml', '--sample')

    expect(missing.code).toBe(2)
    expect(missing.error).toMatchInlineSnapshot(`
      "error[FILE_NOT_FOUND]: There is no file "/jobs/in.jsonl".
        at   job.yaml:3:19  pipeline.source.file
             3 |   source: { file: in.jsonl }
               |                   ^
        next Check the path; a relative one counts from the job file.

      1 fault in job.yaml; nothing has started.
      "
    `)
    expect(empty).toMatchObject({ code: 0 })
    expect(empty.error).toMatchInlineSnapshot(`
      "warning[CLI_SAMPLE_EMPTY]: Source "source" gave no record to look at.
        next Fields cannot be checked; see that the input is the one you mean.

      "
    `)
  })

  it('places what a source of the job throws', async () => {
    folder.write(
      'broken.mjs',
      "import { defineSource } from '@millrace/sdk'",
      "import { z } from 'zod'",
      'export default defineSource({',
      "  name: 'broken', summary: 'Breaks.', parameters: z.object({}), replay: 'none', ends: true,",
      "  create: () => ({ async *read() { throw new TypeError('no line') } }),",
      '})',
    )
    folder.write(
      'job.yaml',
      'pipeline:',
      '  source: { module: ./broken.mjs }',
      '  sink: { file: out.jsonl }',
    )

    const { code, error } = await folder.command('validate', 'job.yaml', '--sample')

    expect(code).toBe(2)
    expect(error).toMatchInlineSnapshot(`
      "error[CLI_SAMPLE_FAILED]: Source "source" could not be sampled: no line
        at   job.yaml:2:21  pipeline.source.module
             2 |   source: { module: ./broken.mjs }
               |                     ^
        next See that its input exists and can be read, or validate without --sample.

      1 fault in job.yaml; nothing has started.
      "
    `)
  })

  it('samples what a source without end gives in time', async () => {
    folder.write(
      'job.yaml',
      'pipeline:',
      '  source: { generate: { seed: 1 } }',
      '  sink: { file: out.jsonl }',
    )

    const { code, out } = await folder.command('validate', 'job.yaml', '--sample')

    expect([code, out]).toEqual([
      0,
      'job.yaml is valid: 1 source, 0 stages, 1 sink, 1,000 records sampled\n',
    ])
  })
})
