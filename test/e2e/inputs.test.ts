import { mkdirSync, readFileSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, run, start } from './command.ts'

// Slow enough that the test can do something to the input while it is read, which it is in pieces of 256 KiB.
const slow = `export default async function slow(record) {
  if (record.n === 0) process.stderr.write('first record\\n')
  if (record.n % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  return record
}
`
const job = `pipeline:
  source: { file: in.jsonl }
  stages:
    - ./slow.mjs
  sink: { file: out.jsonl }
`
const count = 60_000
const text = Array.from(
  { length: count },
  (_, n) => `${JSON.stringify({ n, pad: 'x'.repeat(40) })}\n`,
)

describe('an input that changes while it is read', () => {
  it('is read to its end when its name is taken away', async () => {
    const cwd = folder({ 'job.yaml': job, 'slow.mjs': slow, 'in.jsonl': text.join('') })
    const running = start(cwd, ['run', 'job.yaml', '--quiet'])
    await running.seen('first record')
    rmSync(join(cwd, 'in.jsonl'))

    const ended = await running.ended

    expect(ended.code, ended.stderr).toBe(0)
    expect(readFileSync(join(cwd, 'out.jsonl'), 'utf8').split('\n')).toHaveLength(count + 1)
  })

  it('fails the job when it is cut, and leaves no result', async () => {
    const cwd = folder({ 'job.yaml': job, 'slow.mjs': slow, 'in.jsonl': text.join('') })
    const running = start(cwd, ['run', 'job.yaml', '--quiet'])
    await running.seen('first record')
    truncateSync(join(cwd, 'in.jsonl'), 100)

    const ended = await running.ended

    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('error[FILE_SHRUNK]')
    expect(ended.stderr).toContain('in.jsonl" was cut to 100 bytes after')
    expect(ended.stderr).toContain('job.yaml:2:19')
    expect(readdirSync(cwd).filter((name) => name.includes('out'))).toEqual([])
  })
})

it('says that an input is a folder, and what to write instead', async () => {
  const cwd = folder({ 'job.yaml': job, 'slow.mjs': slow })
  mkdirSync(join(cwd, 'in.jsonl'))

  const ended = await run(cwd, ['run', 'job.yaml', '--quiet'])

  expect(ended.code).toBe(1)
  expect(ended.stderr).toContain('error[FILE_IS_FOLDER]')
  expect(ended.stderr).toContain('job.yaml:2:19')
  expect(ended.stderr).toContain('in.jsonl/*.jsonl')
})
