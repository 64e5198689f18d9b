import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { renderError } from '@millrace/base'
import { createManualRuntime } from '@millrace/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadJob } from '../load-job.ts'
import type { OpenJob } from './open-job.ts'

interface Count {
  readonly n: number
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-open-'))
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  const counts = 'export default class { n = 0; process() { return { n: ++this.n } } }\n'
  writeFileSync(join(folder, 'count.ts'), counts)
})
afterAll(() => rmSync(folder, { recursive: true }))

async function openOf(...lines: readonly string[]): Promise<OpenJob<Count, Count>> {
  const text = ['pipeline:', ...lines.map((line) => `  ${line}`)].join('\n')
  const job = await loadJob<Count, Count>(join(folder, 'job.yaml'), { text })
  return job.open()
}

it('opens a job file, which writes its own dead letters too', async () => {
  const open = await openOf(
    'stages:',
    '  - map: { set: { m: n + 0 / n } }',
    '  - filter: n < 5',
    'deadLetter: { file: dead.jsonl }',
  )

  const outcomes = await Promise.all([0, 1, 7].map((n) => open.execute({ n })))
  const { state } = await open.drain()

  expect(outcomes).toMatchObject([
    { fate: 'dead', stage: 'map', code: 'EXP_NOT_FINITE' },
    { fate: 'used', results: [{ n: 1, m: 1 }] },
    { fate: 'filtered', reason: 'where is false' },
  ])
  expect(state).toBe('completed')
  expect(readFileSync(join(folder, 'dead.jsonl'), 'utf8')).toContain('EXP_NOT_FINITE')
})

it('says of a record that is used by a sink of the job when it is written', async () => {
  const open = await openOf('stages:', '  - filter: n < 5', 'sink: { file: out.jsonl }')

  const outcome = await open.execute({ n: 1 })
  await open.drain()

  expect(outcome).toEqual({ fate: 'used', results: [] })
  expect(readFileSync(join(folder, 'out.jsonl'), 'utf8')).toBe('{"n":1}\n')
})

it('says of a parked record that it is held', async () => {
  const open = await openOf(
    'stages:',
    '  - { filter: n > 0, by: n, onError: park }',
    '  - map: { set: { m: n * 2 } }',
    '    onError: park',
  )

  const held = await open.execute({ n: 'x' as unknown as number })
  const used = await open.execute({ n: 2 })
  void open.stop()
  await open.ended

  expect([held.fate, used.fate]).toEqual(['held', 'used'])
})

it('refuses a job with stages in threads, and says how to run them', async () => {
  const opening = openOf(
    'stages:',
    '  - { filter: n < 5, parallel: { workers: 2, runs: threads } }',
  )

  expect(await opening.catch(renderError)).toMatchInlineSnapshot(`
    "error[JOB_OPEN]: Job "job" cannot be opened: what becomes of a record cannot be seen from other threads and processes.
      next Write parallel: { workers: 4, runs: async } at its stages."
  `)
})

it('a file makes as many instances as it is loaded, on any clock', async () => {
  const runtime = createManualRuntime()
  const load = () =>
    loadJob<Count, Count>(join(folder, 'job.yaml'), {
      text: 'pipeline:\n  stages:\n    - module: ./count.ts\n',
      runtime,
    })
  const [one, other] = [(await load()).open(), (await load()).open()]

  const outcomes = Promise.all([one, one, other].map((open) => open.execute({ n: 1 })))
  await runtime.settle()

  expect((await outcomes).map(({ results }) => results)).toEqual([
    [{ n: 1 }],
    [{ n: 2 }],
    [{ n: 1 }],
  ])
})
