import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { folder, run, start } from './command.ts'

const job = `pipeline:
  name: moved
  checkpoint: 20ms
  source: { file: in/*.jsonl }
  stages:
    - ./slow.mjs
    - map: { set: { day: record.n / 1000 } }
  sinks:
    whole: { file: out.jsonl, from: map }
    split: { file: { path: 'days/{string(int(day))}.jsonl', mode: append }, from: map }
`
const slow = `import { setTimeout } from 'node:timers/promises'
export default async function slow(record) {
  if (record.n % 10 === 0) await setTimeout(4)
  return record
}
`
const numbers = (from: number): string =>
  Array.from({ length: 1500 }, (_, index) => `{"n":${from + index}}\n`).join('')

/** A folder with a job that was killed on its way through its second file. */
async function killed(): Promise<string> {
  const cwd = folder({ 'job.yaml': job, 'slow.mjs': slow })
  const files = folder({ '1.jsonl': numbers(0), '2.jsonl': numbers(1500) })
  rmSync(join(files, 'node_modules'))
  renameSync(files, join(cwd, 'in'))
  const running = start(cwd, ['run', 'job.yaml'])
  await running.seen('reading ')
  const days = join(cwd, 'days/1.jsonl')
  while (!existsSync(days) || !readFileSync(days, 'utf8').includes('1700')) await setTimeout(5)
  running.kill('SIGKILL')
  await running.ended
  return cwd
}

const counts = (cwd: string, ...names: readonly string[]): readonly number[] =>
  names
    .flatMap((name) => readFileSync(join(cwd, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly n: number }).n)
const all = Array.from({ length: 3000 }, (_, index) => index)

it('a job goes on in another place, and one that was copied touches nothing of the first', async () => {
  const cwd = await killed()
  const copy = `${cwd}-copy`
  cpSync(cwd, copy, { recursive: true, verbatimSymlinks: true })
  const before = counts(cwd, 'days/0.jsonl', 'days/1.jsonl')

  const copied = await run(copy, ['run', 'job.yaml'])
  const after = counts(cwd, 'days/0.jsonl', 'days/1.jsonl')
  renameSync(cwd, `${cwd}-moved`)
  const moved = await run(`${cwd}-moved`, ['run', 'job.yaml'])

  expect(after).toEqual(before)
  for (const [place, ended] of [
    [copy, copied],
    [`${cwd}-moved`, moved],
  ] as const) {
    expect(ended.code, ended.stderr).toBe(0)
    expect(ended.stderr).toContain('going on from checkpoint')
    expect(counts(place, 'out.jsonl')).toEqual(all)
    expect(counts(place, 'days/0.jsonl', 'days/1.jsonl', 'days/2.jsonl')).toEqual(all)
  }
})
