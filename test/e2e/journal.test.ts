import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { folder, type Running, start } from './command.ts'

const job = `pipeline:
  name: sent
  checkpoint: 30ms
  source: { file: '-', journal: true }
  stages:
    - ./slow.mjs
    - aggregate: { emit: update, aggregate: { count: count(), sum: sum(n) } }
  sinks:
    all: { file: all.jsonl, from: slow }
    running: { file: running.jsonl, from: aggregate }
  deadLetter: { file: dead.jsonl }
`
const slow = `import { setTimeout } from 'node:timers/promises'
export default async function slow(record) {
  if (record.n % 50 === 0) await setTimeout(4)
  return record
}
`
const LIVES = 4
const PER_LIFE = 3000
const isBad = (n: number): boolean => n % 1000 === 7

function send(running: Running, life: number): void {
  for (let n = life * PER_LIFE; n < (life + 1) * PER_LIFE; n++) {
    running.write(isBad(n) ? `{"n":${n}\n` : `{"n":${n}}\n`)
  }
  running.write(`{"n":0,"life":"life ${life} is written"}\n`)
}

/** Resolves when the journal has the last record that was sent. */
async function journaled(cwd: string, life: number): Promise<void> {
  const journal = join(cwd, '.millrace/sent/journal/source/partition--')
  for (;;) {
    const names = existsSync(journal) ? readdirSync(journal) : []
    const files = names.filter((name) => name.startsWith('segment-'))
    const texts = files.map((name) => readFileSync(join(journal, name), 'latin1'))
    if (texts.some((text) => text.includes(`life ${life} is written`))) return
    await setTimeout(10)
  }
}

const lines = (cwd: string, name: string): Record<string, unknown>[] =>
  readFileSync(join(cwd, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

it('loses and doubles nothing of standard input that a killed process had read', async () => {
  const cwd = folder({ 'job.yaml': job, 'slow.mjs': slow })
  for (let life = 0; life < LIVES - 1; life++) {
    const killed = start(cwd, ['run', 'job.yaml'])
    await killed.seen('reading ')
    send(killed, life)
    await journaled(cwd, life)
    killed.kill('SIGKILL')
    expect((await killed.ended).signal).toBe('SIGKILL')
  }
  const last = start(cwd, ['run', 'job.yaml'])
  send(last, LIVES - 1)
  last.closeInput()
  const { code, stderr } = await last.ended

  expect(code, stderr).toBe(0)
  const expected = Array.from({ length: LIVES }, (_, life) => {
    const numbers = Array.from({ length: PER_LIFE }, (_, index) => life * PER_LIFE + index)
    return [...numbers.filter((n) => !isBad(n)), 0]
  }).flat()
  expect(lines(cwd, 'all.jsonl').map(({ n }) => n)).toEqual(expected)
  const sum = expected.reduce((total, n) => total + n, 0)
  expect(lines(cwd, 'running.jsonl').at(-1)).toMatchObject({ count: expected.length, sum })
  const offsets = lines(cwd, 'dead.jsonl').map(
    ({ position }) => (position as { offset: number }).offset,
  )
  const bad = Array.from({ length: LIVES * PER_LIFE }, (_, n) => n).filter(isBad)
  // Each life before has sent one line more.
  expect(offsets).toEqual(bad.map((n) => n + Math.floor(n / PER_LIFE)))
})
