import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { renderError } from '@millrace/base'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fileSink, fileSource } from '@millrace/file'
import { filter } from '@millrace/filter'
import { defineToken } from '@millrace/sdk'
import { JobFaults } from './errors.ts'
import { loadJob } from './load-job.ts'
import { pipeline } from './pipeline.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-job-'))
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'in.jsonl'), '{"value":1}\n{"value":3}\n')
  writeFileSync(
    join(folder, 'whole.yaml'),
    'pipeline:\n  source: { file: in.jsonl }\n  stages:\n    - filter: value > 2\n  sink: { file: out.jsonl }\n',
  )
  writeFileSync(join(folder, 'bare.yaml'), 'pipeline:\n  stages:\n    - filter: value > 2\n')
  writeFileSync(join(folder, 'bad.yaml'), 'pipeline:\n  stages:\n    - filtr: value > 2\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

it('runs a job file to its summary', async () => {
  const job = await loadJob(join(folder, 'whole.yaml'))

  const summary = await job.run()

  expect([summary.state, summary.name]).toEqual(['completed', 'whole'])
  expect(readFileSync(join(folder, 'out.jsonl'), 'utf8')).toBe('{"value":3}\n')
  expect(job.plan?.nodes.map((node) => node.id)).toEqual(['source', 'filter', 'sink'])
  expect(job.values.length).toBeGreaterThan(0)
  expect(job.warnings).toEqual([])
})

it('runs what several workers read in threads, for which nothing can be provided', async () => {
  const file = join(folder, 'split.yaml')
  const text =
    'pipeline: { source: { file: in.jsonl, parallel: 2 }, sink: { file: split.jsonl } }\n'
  writeFileSync(file, text)

  const loading = loadJob(file, { provide: [[defineToken('clock'), 1]] })

  await expect(loading).rejects.toMatchObject({ code: 'JOB_THREADS_PROVIDE' })
  const { state } = await (await loadJob(file)).run()
  expect([state, readFileSync(join(folder, 'split.jsonl'), 'utf8')]).toEqual([
    'completed',
    '{"value":1}\n{"value":3}\n',
  ])
})

it('brings input and results to a job file that has neither source nor sink', async () => {
  const job = await loadJob<{ value: number }, { value: number }>(join(folder, 'bare.yaml'))
  const results: unknown[] = []

  for await (const result of job.run([{ value: 1 }, { value: 5 }])) results.push(result)

  expect(results).toEqual([{ value: 5 }])
})

it('goes on from no savepoint where the job takes no checkpoints', async () => {
  const loading = loadJob(join(folder, 'whole.yaml'), { from: 'some.savepoint' })

  await expect(loading.catch(renderError)).resolves.toMatchInlineSnapshot(`
    "error[JOB_NO_STATE]: Job "whole" takes no checkpoints.
      next Add checkpoint: 10s to the pipeline."
  `)
})

it('refuses a part of the file under the id of the source or sink that the caller brings', async () => {
  const text = [
    'pipeline:',
    '  stages:',
    '    - { filter: value > 2, id: source }',
    '    - { filter: value > 3, id: sink }',
  ].join('\n')

  const loading = loadJob(join(folder, 'open.yaml'), { text })

  await expect(loading).rejects.toMatchObject({
    faults: [
      {
        code: 'CFG_ENDPOINT',
        message: 'The source given in code needs the id "source", which a stage has.',
        hint: 'Give the stage another id, or add a source to the file.',
        where: { line: 3, column: 32 },
      },
      {
        code: 'CFG_ENDPOINT',
        message: 'The sink given in code needs the id "sink", which a stage has.',
        where: { line: 4, column: 32 },
      },
    ],
  })
})

it('gives a module called source another id than the source that the caller brings', async () => {
  writeFileSync(join(folder, 'source.mjs'), 'export default (n) => n + 1\n')
  const text = 'pipeline:\n  stages:\n    - ./source.mjs\n'
  const job = await loadJob<number, number>(join(folder, 'open.yaml'), { text })
  const results: number[] = []

  for await (const result of job.run([1, 2])) results.push(result)

  expect(results).toEqual([2, 3])
  expect(job.plan?.nodes.map(({ id }) => id)).toEqual(['source-2'])
})

it('throws all faults of a job file at once', async () => {
  const loading = loadJob(join(folder, 'bad.yaml'))

  await expect(loading).rejects.toBeInstanceOf(JobFaults)
  await expect(loading).rejects.toMatchObject({
    code: 'JOB_INVALID',
    faults: [{ code: 'CFG_MODULE_NOT_FOUND' }],
  })
})

it('refuses to iterate over a job that has a sink, and input for one that has a source', async () => {
  const job = await loadJob(join(folder, 'whole.yaml'))
  expect(() => job.run([{}])).toThrow(
    'Job "whole" reads its own source and takes no other records.',
  )

  const run = job.run()
  expect(() => run[Symbol.asyncIterator]()).toThrow('writes its results to its own sink')

  await run
})

it('builds the same job in code from the same plugins', async () => {
  const job = pipeline('built')
    .from(fileSource, { path: join(folder, 'in.jsonl') })
    .stage(filter, { where: 'value > 2' })
    .as<{ value: number }>()
    .through((record) => ({ double: record.value * 2 }))
    .deadLetters(fileSink, { path: join(folder, 'dead.jsonl') })
    .to(fileSink, { path: join(folder, 'built.jsonl') })

  const summary = await job.run()

  expect(summary.state).toBe('completed')
  expect(readFileSync(join(folder, 'built.jsonl'), 'utf8')).toBe('{"double":6}\n')
  expect(readFileSync(join(folder, 'dead.jsonl'), 'utf8')).toBe('')
})

it('says at once which parameter of a stage in code is wrong', () => {
  const flow = pipeline('wrong').input<{ value: number }>()

  expect(() => flow.stage(filter, { where: 5 })).toThrow(/^Parameters of "filter" at where: /)
})

it('stops in good order when asked', async () => {
  function* endless(): Generator<{ value: number }> {
    for (let value = 0; ; value++) yield { value }
  }
  const job = pipeline('stopped')
    .input<{ value: number }>()
    .to(fileSink, { path: join(folder, 'stopped.jsonl') })
  const run = job.run(endless())

  const summary = await job.stop()

  expect(summary.state).toBe('stopped')
  expect(await run).toBe(summary)
  expect(summary.sinks[0]?.written).toBe(summary.sources[0]?.sent)
})
