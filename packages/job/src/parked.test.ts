import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { ParkedRecord } from '@millrace/engine'
import { loadJob } from './load-job.ts'
import { pipeline } from './pipeline.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-parked-'))
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  const lines = [
    { k: 'a', v: 1 },
    { k: 'b', v: 'x' },
    { k: 'b', v: 2 },
    { k: 'a', v: 3 },
  ]
  writeFileSync(join(folder, 'in.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
})
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string): { readonly job: string; readonly parked: string } {
  const job = join(folder, `${name}.yaml`)
  const text = `pipeline:
  source: { file: in.jsonl }
  stages:
    - filter: v > 0
      by: k
      onError: park
  sink: { file: ${name}.out.jsonl }
`
  writeFileSync(job, text)
  return { job, parked: join(folder, `${name}.parked.jsonl`) }
}
const read = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))

it('writes what still waits at the end beside the job file, and keeps what stood there', async () => {
  const { job, parked } = write('first')
  const before = { id: 'source/old.jsonl/7/filter', record: { k: 'z' } }
  writeFileSync(parked, `${JSON.stringify(before)}\n`)

  const loaded = await loadJob(job)
  const summary = await loaded.run()
  const again = await loadJob(job)
  await again.run()

  expect(summary).toMatchObject({
    state: 'completed',
    warnings: [
      `"filter" still holds 2 parked records. They are in ${parked}; list them with: millrace parked ls ${parked}`,
    ],
    stages: [{ in: 4, used: 2, held: 2 }],
  })
  const id = (offset: number): string => `source/${join(folder, 'in.jsonl')}/${offset}/filter`
  expect(read(parked)).toMatchObject([
    before,
    {
      id: id(1),
      record: { k: 'b', v: 'x' },
      raw: null,
      stage: 'filter',
      input: 'in',
      key: { k: 'b' },
      error: { code: 'EXP_TYPE' },
      position: { source: 'source', offset: 1, line: 2 },
      attempts: 1,
    },
    { id: id(2), record: { k: 'b', v: 2 }, error: null, attempts: 0 },
  ])
  expect(read(parked)).toHaveLength(3)
})

it('fails the job, and keeps no results, where parked records cannot be written', async () => {
  const { job, parked } = write('locked')
  mkdirSync(parked)

  const loaded = await loadJob(job)
  const { error, state } = await loaded.run()

  expect(state).toBe('failed')
  expect(error?.code).toBe('JOB_PARKED')
  expect(error?.message).toContain('2 parked records could not be written to ')
})

it('hands them to the program that built the job, which may let them go before', async () => {
  let isMended = false
  const kept: ParkedRecord[] = []
  const flow = pipeline('orders', { onParked: (records) => void kept.push(...records) })
    .input<number>()
    .through(
      (n) => {
        if (n === 2 && !isMended) throw new Error('No stock.')
        return n
      },
      { id: 'reserve', onError: 'park' },
    )
    .job()
  const results: number[] = []
  async function* orders(): AsyncGenerator<number> {
    yield 1
    yield 2
    yield 3
    await vi.waitFor(() => expect(flow.parked()).toHaveLength(2))
    expect(flow.parked()).toMatchObject([
      { record: 2, attempts: 1 },
      { record: 3, attempts: 0 },
    ])
    isMended = true
    expect(await flow.releaseParked({ stage: 'reserve' })).toBe(2)
    isMended = false
    yield 2
  }

  for await (const n of flow.run(orders())) results.push(n)

  expect(results).toEqual([1, 2, 3])
  expect(kept).toMatchObject([{ record: 2, error: { code: 'ENG_THROW', message: 'No stock.' } }])
})
