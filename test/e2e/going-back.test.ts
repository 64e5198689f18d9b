import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { folder, run, start } from './command.ts'

const job = `pipeline:
  name: counted
  checkpoint: { every: 20ms, dir: state }
  source: { generate: { rate: 4000, seed: 1 } }
  stages:
    - aggregate: { emit: update, aggregate: { n: count() } }
      id: totals
  sinks:
    whole: { file: out.jsonl, from: totals }
    parts: { file: { path: parts.jsonl, commit: rename }, from: totals }
    table: { sqlite: { path: rows.db, table: rows, key: [n], columns: [n] }, from: totals }
`
const limited = (limit: number): readonly string[] => ['--set', `source.limit=${limit}`, '--json']
/** All counts up to one; the last result of a run that is finished tells the last once more. */
const upTo = (count: number): readonly number[] => [
  ...Array.from({ length: count }, (_, index) => index + 1),
  count,
]
const hidden = (cwd: string): readonly string[] =>
  readdirSync(cwd).filter((name) => /pending|partial|touched/.test(name))
const parts = (cwd: string): string =>
  readdirSync(cwd)
    .filter((name) => name.startsWith('parts-'))
    .toSorted()
    .map((name) => readFileSync(join(cwd, name), 'utf8'))
    .join('')

const counts = (text: string): readonly number[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly n: number }).n)

const read = (cwd: string): string => readFileSync(join(cwd, 'out.jsonl'), 'utf8')

async function savepointOf(cwd: string): Promise<number> {
  const running = start(cwd, ['run', 'job.yaml'])
  await running.seen('reading ')
  const point = await run(cwd, ['savepoint', 'job.yaml', 'point.state', '--json'])
  running.kill('SIGINT')
  await running.ended
  expect(point.code, point.stderr).toBe(0)
  return JSON.parse(point.stdout).read
}

it('goes back to a savepoint when its files have their names since, and its output with it', async () => {
  const cwd = folder({ 'job.yaml': job })
  const at = await savepointOf(cwd)
  const far = counts(read(cwd)).length + 500
  const on = await run(cwd, ['run', 'job.yaml', ...limited(far)])
  const whole = counts(read(cwd))

  const back = await run(cwd, ['run', 'job.yaml', '--from', 'point.state', ...limited(at + 100)])
  const again = await run(cwd, ['run', 'job.yaml', ...limited(at + 100)])

  for (const ended of [on, back, again]) expect(ended.code, ended.stderr).toBe(0)
  expect(whole).toEqual(upTo(far))
  expect(counts(read(cwd))).toEqual(upTo(at + 100))
  expect(counts(parts(cwd))).toEqual(upTo(at + 100))
  expect(back.stderr).toContain('Removed the parts of')
  expect(again.stdout).toContain('was finished on')
  expect(hidden(cwd)).toEqual([])
})

it('leaves nothing hidden of a killed run that is given up with --fresh', async () => {
  const cwd = folder({ 'job.yaml': job })
  const running = start(cwd, ['run', 'job.yaml'])
  await running.seen('reading ')
  await run(cwd, ['savepoint', 'job.yaml', 'point.state'])
  running.kill('SIGKILL')
  await running.ended
  const left = hidden(cwd)

  const fresh = await run(cwd, ['run', 'job.yaml', '--fresh', ...limited(50)])

  expect(left.length).toBeGreaterThan(0)
  expect(fresh.code, fresh.stderr).toBe(0)
  expect(counts(read(cwd))).toEqual(upTo(50))
  expect(hidden(cwd)).toEqual([])
  const database = new DatabaseSync(join(cwd, 'rows.db'))
  expect(database.prepare('SELECT count(*) AS n FROM millrace_prepared').get()).toEqual({ n: 0 })
  database.close()
})
