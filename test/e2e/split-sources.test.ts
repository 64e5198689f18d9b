import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { folder, killTheRest, run, start } from './command.ts'

afterEach(killTheRest)

const RECORDS = 40_000
const USERS = 40

interface Event {
  readonly n: number
  readonly user: string
  readonly t: number
  readonly text: string
}

const events: readonly Event[] = Array.from({ length: RECORDS }, (_, n) => {
  return { n, user: `user ${n % USERS}`, t: n * 10 - (n % 7) * 30, text: 'x'.repeat(n % 50) }
})
const input = events.map((event) => `${JSON.stringify(event)}${event.n % 5 ? '\n' : '\r\n\n'}`)

/** Each minute and user by hand. */
function windows(): readonly string[] {
  const sums = new Map<string, { readonly count: number; readonly total: number }>()
  for (const { n, t, user } of events) {
    if (n % 3 === 0) continue
    const name = JSON.stringify([user, Math.floor(t / 60_000) * 60_000])
    const { count, total } = sums.get(name) ?? { count: 0, total: 0 }
    sums.set(name, { count: count + 1, total: total + n })
  }
  return [...sums].map(([name, sum]) => `${name} ${sum.count} ${sum.total}`).toSorted()
}

function written(cwd: string): readonly string[] {
  const lines = readFileSync(join(cwd, 'out.jsonl'), 'utf8').trim().split('\n')
  const rows = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  return rows
    .map(({ count, total, user, windowStart }) => {
      return [JSON.stringify([user, windowStart]), count, total].join(' ')
    })
    .toSorted()
}

const slow = (ms: number): string => `import { defineStage } from '@millrace/sdk'
import { z } from 'zod'

export default defineStage({
  name: 'slow',
  summary: 'Takes its time.',
  keeps: 'nothing',
  passes: 'same',
  parameters: z.object({}),
  create: () => ({
    process(event) {
      if (event.n % 100 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${ms})
      return event
    },
  }),
})
`
const job = (parallel: string, more = ''): string => `pipeline:
  name: split
  checkpoint: { every: 100ms, dir: state }
  source: { file: in.jsonl, time: { field: t, disorder: 1s }${parallel} }
  stages:
    - filter: n % 3 != 0
    ${more}
    - window: { tumbling: 1m, aggregate: { count: count(), total: sum(n) } }
      by: user
  sink: { file: out.jsonl }
`
const files = (yaml: string, ms = 0): string =>
  folder({ 'in.jsonl': input.join(''), 'slow.mjs': slow(ms), 'job.yaml': yaml })

it('gives the windows that one reader gives', async () => {
  const cwd = files(job(', parallel: 2'))

  const { code, stderr, stdout } = await run(cwd, ['run', 'job.yaml'])

  expect([code, stderr]).toEqual([0, expect.stringContaining('reading in.jsonl')])
  expect(stdout).toContain('40,000 records')
  expect(stdout).toMatch(/source +file +40,000 +40,000/)
  expect(stdout).toMatch(/window.combine +window +26,666 +26,666/)
  expect(written(cwd)).toEqual(windows())
})

it('goes on where it was killed, and where it was stopped, with any number of workers', async () => {
  const cwd = files(job(', parallel: 2', '- ./slow.mjs'), 50)
  const first = start(cwd, ['run', 'job.yaml'])
  await first.seen('records,')
  await checkpointed(cwd)
  first.kill('SIGKILL')
  await first.ended
  writeFileSync(join(cwd, 'job.yaml'), job(', parallel: 3', '- ./slow.mjs'))
  const second = start(cwd, ['run', 'job.yaml'])
  await second.seen('records,')
  second.kill('SIGINT')
  const stopped = await second.ended
  expect(stopped.code).toBe(0)
  writeFileSync(join(cwd, 'job.yaml'), job('', '- ./slow.mjs'))

  const { code } = await run(cwd, ['run', 'job.yaml'])

  expect(code).toBe(0)
  expect(written(cwd)).toEqual(windows())
})

it('says of each malformed line at which byte it begins, and the same each time', async () => {
  const yaml = `pipeline:
  source: { file: bad.jsonl, parallel: 2 }
  stages:
    - { filter: n > 1, onError: deadLetter }
  sink: { file: out.jsonl }
  deadLetter: { file: dead.jsonl }
`
  const lines = ['{"n":1}', 'no', '{"n":"a"}', '{"n":2}']
  const cwd = folder({ 'bad.jsonl': lines.join('\n'), 'job.yaml': yaml })

  const { code } = await run(cwd, ['run', 'job.yaml'])

  const dead = readFileSync(join(cwd, 'dead.jsonl'), 'utf8').trim().split('\n')
  const letters = dead.map((line) => JSON.parse(line) as { id: string; position: Place })
  expect(code).toBe(0)
  const partition = join(cwd, 'bad.jsonl')
  expect(letters.toSorted(byOffset).map(({ id, position }) => ({ id, position }))).toEqual([
    {
      id: `source/${partition}/8/source`,
      position: { source: 'source', partition, offset: 8, unit: 'bytes', line: null },
    },
    {
      id: `source/${partition}/11/filter`,
      position: { source: 'source', partition, offset: 11, unit: 'bytes', line: null },
    },
  ])
})

it('warns of fields that nobody has, whoever looked for them', async () => {
  const cwd = files(job(', parallel: 2').replace('n % 3', 'nn % 3'))

  const { stderr, stdout } = await run(cwd, ['run', 'job.yaml'])

  expect(`${stdout}${stderr}`).toContain(
    'No record that reaches "filter" has a field "nn" (40,000 records seen). Did you mean "n"?',
  )
})

it('says what cannot be split, or not with this', async () => {
  const told = async (source: string): Promise<string> => {
    const yaml = `pipeline:\n  source: ${source}\n  sink: { file: out.jsonl }\n`
    const cwd = folder({ 'in.jsonl': '', 'job.yaml': yaml })
    const { stderr } = await run(cwd, ['validate', 'job.yaml'])
    return /^error.*$/m.exec(stderr)?.[0] ?? stderr
  }

  expect(await told("{ file: '-', parallel: 2 }")).toBe(
    'error[CFG_SPLIT_SOURCE]: "source" cannot be read by workers (parallel): "file" does not split it.',
  )
  expect(await told('{ file: in.jsonl, parallel: 2, limit: 3 }')).toBe(
    'error[CFG_SPLIT]: "source" is read by workers in threads (parallel), where "limit" is not built.',
  )
  expect(await told('{ file: in.jsonl, parallel: { workers: 2, runs: async } }')).toBe(
    'error[CFG_SPLIT]: "source" is read by workers in threads (parallel), where "runs: async" is not built.',
  )
})

interface Place {
  readonly offset: number
}

const byOffset = (one: { position: Place }, other: { position: Place }): number =>
  one.position.offset - other.position.offset

/** Resolves when there is something to go on from. */
async function checkpointed(cwd: string): Promise<void> {
  const isLater = (name: string): boolean => Number(/^checkpoint-(\d+)$/.exec(name)?.[1]) > 1
  while (!readdirSync(join(cwd, 'state')).some(isLater)) {
    await new Promise((resolve) => void setTimeout(resolve, 20))
  }
}
