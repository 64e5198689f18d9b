import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { folder, killTheRest, run, start } from './command.ts'

afterEach(killTheRest)

const RECORDS = 6000
const USERS = 40

/** Sums by user; `before` runs in front of each record. */
const sums = (before: string): string => `import { appendFileSync, existsSync } from 'node:fs'
import { defineStage } from '@millrace/sdk'
import { z } from 'zod'

export default defineStage({
  name: 'sums',
  summary: 'Sums by key.',
  keeps: 'state',
  parameters: z.object({}),
  create({ state }) {
    const sum = state.value('sum', { initial: () => 0 })
    return {
      process({ n, user }) {
        ${before}
        sum.set(sum.get() + n)
        return { user, n, sum: sum.get() }
      },
    }
  },
})
`
/** The first time that it comes there. */
const once = (does: string): string =>
  `if (n === 5000 && !existsSync('once')) { appendFileSync('once', 'x'); ${does} }`
const job = (checkpoint = '', more = ''): string => `pipeline:
  name: threads
  ${checkpoint}
  source: { file: in.jsonl }
  stages:
    - module: ./sums.mjs
      by: user
      parallel: { workers: 2, runs: threads }
      ${more}
  sink: { file: out.jsonl }
`
const input = Array.from({ length: RECORDS }, (_, n) =>
  JSON.stringify({ n, user: `user ${n % USERS}` }),
).join('\n')

const files = (before: string, yaml: string): string =>
  folder({ 'in.jsonl': `${input}\n`, 'sums.mjs': sums(before), 'job.yaml': yaml })

/** The sums that the file ends with, by user, and how many records there are. */
function outcome(cwd: string): { readonly count: number; readonly last: unknown } {
  const lines = readFileSync(join(cwd, 'out.jsonl'), 'utf8').trim().split('\n')
  const last = new Map<string, number>()
  for (const line of lines) {
    const { sum, user } = JSON.parse(line) as { sum: number; user: string }
    last.set(user, Math.max(sum, last.get(user) ?? 0))
  }
  return { count: lines.length, last: Object.fromEntries(last) }
}

const right = {
  count: RECORDS,
  last: Object.fromEntries(
    Array.from({ length: USERS }, (_, user) => {
      const own = Array.from({ length: RECORDS / USERS }, (__, turn) => turn * USERS + user)
      return [`user ${user}`, own.reduce((sum, n) => sum + n, 0)]
    }),
  ),
}

it('gives each key all of its records, in their order', async () => {
  const cwd = files('', job())

  const { code, stderr } = await run(cwd, ['run', 'job.yaml'])

  expect([code, stderr]).toEqual([0, expect.stringContaining('reading in.jsonl')])
  expect(outcome(cwd)).toEqual(right)
})

it('says what a thread is lost of, where there is nothing to go on from', async () => {
  const ways = {
    'process.exit(3)': 'it ended with code 3',
    "setTimeout(() => { throw new RangeError('later') }); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)":
      'later',
    'const all = []; for (;;) all.push(new Array(1e6).fill({}))': 'heap out of memory',
  }
  const env = { NODE_OPTIONS: '--max-old-space-size=64' }
  const texts: unknown[] = []
  for (const [does, reason] of Object.entries(ways)) {
    const { code, stderr } = await run(files(once(does), job()), ['run', 'job.yaml'], { env })
    texts.push([code, /ENG_\w+/.exec(stderr)?.[0], stderr.includes(reason) ? reason : stderr])
  }

  expect(texts).toEqual(Object.values(ways).map((reason) => [1, 'ENG_WORKER_LOST', reason]))
})

it('ends a thread that blocks, and goes on from the last checkpoint', async () => {
  const cwd = files(
    once('for (;;);'),
    job('checkpoint: { every: 50ms, dir: state }', 'timeout: 2s'),
  )

  const { code, stderr } = await run(cwd, ['run', 'job.yaml'])

  expect(stderr).toContain('has not answered for 2 s and was ended.')
  expect(stderr).toContain('The pipeline begins anew (1 of 3)')
  expect(code).toBe(0)
  expect(outcome(cwd)).toEqual(right)
})

it('goes on where it was stopped, and where it was killed', async () => {
  const slow = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)'
  const cwd = files(slow, job('checkpoint: { every: 100ms, dir: state }'))
  const first = start(cwd, ['run', 'job.yaml'])
  await first.seen('records,')
  first.kill('SIGKILL')
  await first.ended
  const second = start(cwd, ['run', 'job.yaml'])
  await second.seen('records,')
  second.kill('SIGINT')
  const stopped = await second.ended

  const { code } = await run(cwd, ['run', 'job.yaml'])

  expect([stopped.code, code]).toEqual([0, 0])
  expect(outcome(cwd)).toEqual(right)
})
