import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folder, run, start } from './command.ts'

const job = `pipeline:
  name: asks
  checkpoint: 100ms
  source:
    module: generate
    parameters:
      rate: 400
      fields: { key: { choice: [a, b, c, d, e, f, g] }, value: { integer: { min: 0, max: 99 } } }
  stages:
    - module: ./ask.mjs
      id: ask
      parallel: { workers: 1, runs: async }
    - module: aggregate
      id: running
      by: key
      parallel: { workers: 2, runs: async }
      parameters: { emit: update, aggregate: { n: count(), total: sum(value) } }
    - module: ./heavy.mjs
      id: heavy
      parallel: { workers: 2, runs: threads, mode: unordered }
  sinks:
    read: { file: read.jsonl, from: source }
    out: { file: out.jsonl, from: heavy }
`
const files = {
  'job.yaml': job,
  'ask.mjs': `import { setTimeout } from 'node:timers/promises'
export default async function ask(record) {
  await setTimeout(4)
  return record
}
`,
  'heavy.mjs': 'export default ({ key, n, total }) => ({ key, n, total, double: total * 2 })\n',
}

const linesOf = (cwd: string, name: string): readonly string[] =>
  readFileSync(join(cwd, name), 'utf8').trimEnd().split('\n')

/** Running sums of each key, as lines. */
function sumsOf(lines: readonly string[]): readonly string[] {
  const sums = new Map<string, { n: number; total: number }>()
  return lines.map((line) => {
    const { key, value } = JSON.parse(line) as { readonly key: string; readonly value: number }
    const { n, total } = sums.get(key) ?? { n: 0, total: 0 }
    const sum = { n: n + 1, total: total + value }
    sums.set(key, sum)
    return JSON.stringify({ key, ...sum, double: sum.total * 2 })
  })
}

it('a running job has another number of workers when the command is done, and gives each result once', async () => {
  const cwd = folder(files)
  const resize = (stage: string, workers: string, ...more: string[]) =>
    run(cwd, ['resize', 'job.yaml', stage, workers, ...more])
  const idle = await resize('ask', '2')
  const running = start(cwd, ['run', 'job.yaml'])
  await running.seen('reading ')

  const keyed = await resize('running', '3')
  const apart = await resize('heavy', '3')
  const refused = await resize('ask', 'many')
  const unknown = await resize('nobody', '2', '--json')
  const asked = await resize('ask', '8', '--json')
  const status = await run(cwd, ['status', 'job.yaml', '--json'])
  running.kill('SIGINT')
  const { code, stderr, stdout } = await running.ended

  expect(idle).toMatchObject({ code: 2, stderr: expect.stringContaining('CLI_NOT_RUNNING') })
  expect(keyed).toMatchObject({ code: 0, stdout: 'running: 3 workers now, 2 before\n' })
  expect(apart).toMatchObject({ code: 0, stdout: 'heavy: 3 workers now, 2 before\n' })
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('error[ENG_RESIZE]: "ask" cannot be resized: workers must be')
  expect(unknown.code).toBe(2)
  expect(JSON.parse(unknown.stdout)).toMatchObject({ faults: [{ code: 'ENG_RESIZE' }] })
  expect(JSON.parse(asked.stdout)).toEqual({ stage: 'ask', before: 1, workers: 8 })
  expect(JSON.parse(status.stdout)).toMatchObject({
    running: { state: 'running', workers: { ask: 8, running: 3, heavy: 3 } },
  })
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('"ask" has 8 workers at the end; it began with 1')
  const sums = sumsOf(linesOf(cwd, 'read.jsonl'))
  expect(sums.length).toBeGreaterThan(100)
  expect(linesOf(cwd, 'out.jsonl').toSorted()).toEqual(sums.toSorted())
})
