import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { folder, run, start } from './command.ts'

const KEYS = 12_000
const LENGTH = 14_000
/** Some keys come again. */
const RECORDS = 15_000
/** In MB: the state of all keys is more than twice as much, and half of it would do on an idle machine. */
const HEAP = 80

const job = `pipeline:
  name: long memory
  checkpoint: { every: 200ms, dir: state }
  source: { file: in.jsonl }
  stages:
    - module: ./remember.mjs
      by: user
      spill: { keys: 1000 }
  sink: { file: out.jsonl }
`
const remember = `import { defineStage } from '@millrace/sdk'
import { z } from 'zod'

export default defineStage({
  name: 'remember',
  summary: 'Remembers a long text for each key.',
  keeps: 'state',
  parameters: z.object({}),
  create({ state }) {
    const text = state.value('text', { initial: () => '' })
    const seen = state.list('seen')
    return {
      process({ n, user }) {
        const before = text.get()
        seen.add(n)
        text.set(String(n).padStart(${LENGTH}, user))
        return { user, seen: seen.values(), last: Number(before.slice(-6)), length: before.length }
      },
    }
  },
})
`

/** The users in an order in which neighbors come long after each other. */
const userOf = (n: number): string => `user ${(n * 7919) % KEYS} `

/** Resolves when there is a third checkpoint, or will be none. */
async function thirdCheckpoint(state: string, run: { readonly isOver: boolean }): Promise<void> {
  const numbers = (): number[] =>
    existsSync(state)
      ? readdirSync(state).flatMap((name) => Number(/^checkpoint-(\d+)$/.exec(name)?.[1] ?? 0))
      : []
  while (!run.isOver && !numbers().some((number) => number >= 3)) await setTimeout(10)
}

it('keeps more than the heap, through a kill, within the heap', { timeout: 180_000 }, async () => {
  const cwd = folder({ 'job.yaml': job, 'remember.mjs': remember })
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  const file = openSync(join(cwd, 'in.jsonl'), 'w')
  for (let n = 100_000; n < 100_000 + RECORDS; n++) {
    writeSync(file, `{"n":${n},"user":"${userOf(n)}"}\n`)
  }
  closeSync(file)
  const env = { NODE_OPTIONS: `--max-old-space-size=${HEAP}` }

  const killed = start(cwd, ['run', 'job.yaml'], env)
  const first = { isOver: false }
  void killed.ended.then(() => (first.isOver = true))
  await thirdCheckpoint(join(cwd, 'state'), first)
  killed.kill('SIGKILL')
  const { signal, stderr } = await killed.ended
  expect(signal, stderr).toBe('SIGKILL')
  const ended = await run(cwd, ['run', 'job.yaml'], { env })

  expect(ended.code, ended.stderr).toBe(0)
  expect(ended.stderr).toContain('going on from checkpoint ')
  const lines = readFileSync(join(cwd, 'out.jsonl'), 'utf8').trimEnd().split('\n')
  expect(lines).toHaveLength(RECORDS)
  const wrong = lines.filter((line, index) => {
    const n = 100_000 + index
    const [before, length] = index < KEYS ? [[], 0] : [[n - KEYS], LENGTH]
    const last = before[0] ?? 0
    return line !== JSON.stringify({ user: userOf(n), seen: [...before, n], last, length })
  })
  expect(wrong).toEqual([])
})
