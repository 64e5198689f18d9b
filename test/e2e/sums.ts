import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from './command.ts'

const RECORDS = 6000
const USERS = 40

/** Sums by user; `before` runs in front of each record. Each instance notes the process that it is in, at its first record. */
const sums = (before: string): string => `import { appendFileSync, existsSync } from 'node:fs'
import { defineStage } from '@millrace/sdk'
import { z } from 'zod'

console.log('the module is loaded')
export default defineStage({
  name: 'sums',
  summary: 'Sums by key.',
  keeps: 'state',
  parameters: z.object({}),
  create({ state }) {
    const sum = state.value('sum', { initial: () => 0 })
    let note = () => {
      appendFileSync('pids', process.pid + '\\n')
      note = () => {}
    }
    return {
      process({ n, user }) {
        note()
        ${before}
        sum.set(sum.get() + n)
        return { user, n, sum: sum.get() }
      },
    }
  },
})
`

/** What happens the first time that record 5000 comes. */
export const once = (does: string): string =>
  `if (n === 5000 && !existsSync('once')) { appendFileSync('once', 'x'); ${does} }`

/** A job of a stage with two workers, each in one of `runs`; `more`: further keys of the stage. */
export const job = (
  runs: string,
  { checkpoint = '', more = '', sink = '{ file: out.jsonl }' } = {},
): string => `pipeline:
  name: sums
  ${checkpoint}
  source: { file: in.jsonl }
  stages:
    - module: ./sums.mjs
      by: user
      parallel: { workers: 2, runs: ${runs} }
      ${more}
  sink: ${sink}
`

const input = Array.from({ length: RECORDS }, (_, n) =>
  JSON.stringify({ n, user: `user ${n % USERS}` }),
).join('\n')

/** A folder with the job, its module and its input. */
export const files = (before: string, yaml: string): string =>
  folder({ 'in.jsonl': `${input}\n`, 'sums.mjs': sums(before), 'job.yaml': yaml })

/** The sums that the file ends with, by user, and how many records there are. */
export function outcome(cwd: string): { readonly count: number; readonly last: unknown } {
  const lines = readFileSync(join(cwd, 'out.jsonl'), 'utf8').trim().split('\n')
  const last = new Map<string, number>()
  for (const line of lines) {
    const { sum, user } = JSON.parse(line) as { sum: number; user: string }
    last.set(user, Math.max(sum, last.get(user) ?? 0))
  }
  return { count: lines.length, last: Object.fromEntries(last) }
}

/** What the outcome must be. */
export const right = {
  count: RECORDS,
  last: Object.fromEntries(
    Array.from({ length: USERS }, (_, user) => {
      const own = Array.from({ length: RECORDS / USERS }, (__, turn) => turn * USERS + user)
      return [`user ${user}`, own.reduce((sum, n) => sum + n, 0)]
    }),
  ),
}

/** The processes in which the stage has had records, in this order. */
export function pids(cwd: string): readonly number[] {
  const path = join(cwd, 'pids')
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').map(Number) : []
}

/** Whether it is still there. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
