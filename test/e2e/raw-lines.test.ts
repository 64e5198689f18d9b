import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadJob } from '@millrace/job'
import { expect, it } from 'vitest'
import { folder } from './command.ts'

/** More lines than are decoded in full anyway. */
const lines = Array.from(
  { length: 3000 },
  (_, at) => `{"user":"u${at % 7}","at":${2000 + at},"x":${at % 5},"more":1.50}`,
)

/** The lines that a job writes to out.jsonl. */
async function linesOf(...job: readonly string[]): Promise<readonly string[]> {
  const cwd = folder()
  const source = '  source: { file: in.jsonl, time: { field: at, disorder: 0s } }'
  writeFileSync(join(cwd, 'job.yaml'), ['pipeline:', source, ...job].join('\n'))
  writeFileSync(join(cwd, 'in.jsonl'), lines.map((line) => `${line}\n`).join(''))
  const { error } = await (await loadJob('job.yaml', { cwd })).run()
  expect(error?.message).toBeUndefined()
  return readFileSync(join(cwd, 'out.jsonl'), 'utf8').trim().split('\n')
}

const parsed = (list: readonly string[]): unknown[] =>
  list.map((line) => JSON.parse(line) as unknown)

it.each([
  ['sort', '{ sort: 10 }'],
  ['dedupe', '{ dedupe: { within: 1s, of: at } }'],
  ['log', '{ log: { message: "{x}", level: debug } }'],
  ['filter', '{ filter: x >= 0 }'],
  ['route', '{ module: route, parameters: { routes: { out: x >= 0 } } }'],
  ['filter in batches', '{ filter: x >= 0, batch: 1700 }'],
  ['filter with retries', '{ filter: x >= 0, onError: { retry: { times: 1 } } }'],
  ['filter by key', '{ filter: x >= 0, by: user }'],
])('%s hands on whole records to a file of lines', async (_name, stage) => {
  const out = await linesOf(`  stages: [${stage}]`, '  sink: { file: out.jsonl }')

  expect(parsed(out)).toEqual(parsed(lines))
})
