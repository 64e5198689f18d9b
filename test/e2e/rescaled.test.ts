import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folder, run, start } from './command.ts'

const pipeline = (parallel: string, every = '20ms'): string => `pipeline:
  name: flights
  checkpoint: ${every}
  source: { file: in.jsonl, time: { field: at, unit: ms, disorder: 1s } }
  stages:
    - module: ./slow.mjs
${parallel}
    - module: aggregate
      id: running
      by: origin
${parallel}
      parameters: { emit: update, aggregate: { n: count(), total: sum(delay) } }
    - window: { tumbling: 1m, aggregate: { most: max(delay) } }
      from: slow
      by: origin
${parallel}
  sinks:
    all: { file: running.jsonl, from: running }
    windows: { file: windows.jsonl, from: window }
  deadLetter: { file: dead.jsonl }
`
const workers = (count: number): string => `      parallel: { workers: ${count}, runs: async }`
const slow = `import { setTimeout } from 'node:timers/promises'
export default async function slow(record) {
  if (record.at % 12_000 === 0) await setTimeout(1)
  return record
}
`
const records = Array.from({ length: 30_000 }, (_, index) => {
  const delay = index % 5003 === 9 ? '"late"' : (index * 31) % 90
  return `{"at":${1_700_000_000_000 + index * 400},"origin":"o${(index * 7) % 13}","delay":${delay}}`
})

const job = (text: string): string =>
  folder({ 'job.yaml': text, 'slow.mjs': slow, 'in.jsonl': `${records.join('\n')}\n` })

/** The records of each origin in their order. */
function byOrigin(cwd: string, name: string): Record<string, string[]> {
  const groups: Record<string, string[]> = {}
  for (const line of readFileSync(join(cwd, name), 'utf8').split('\n')) {
    const origin = /"origin":"(\w+)"/.exec(line)?.[1]
    if (origin !== undefined) (groups[origin] ??= []).push(line.replace(/"time":\d+/, ''))
  }
  return groups
}

it('a job that is killed goes on with any number of workers, and gives what one gives', async () => {
  const [calm, killed] = [job(pipeline('', 'off')), job(pipeline(workers(1)))]
  const undisturbed = await run(calm, ['run', 'job.yaml', '--quiet'])
  expect(undisturbed.code, undisturbed.stderr).toBe(0)
  const delays: number[] = []
  const numbers: string[] = []
  let last
  for (const count of [1, 3, 2, 0, 4, 3]) {
    writeFileSync(join(killed, 'job.yaml'), pipeline(count === 0 ? '' : workers(count)))
    const running = start(killed, ['run', 'job.yaml'])
    if (numbers.length < 5) {
      await running.seen('reading ')
      const delay = 60 + Math.round(Math.random() * 250)
      setTimeout(() => running.kill('SIGKILL'), delay)
      delays.push(delay)
    }
    last = await running.ended
    numbers.push(/going on from checkpoint (\d+)/.exec(last.stderr)?.[1] ?? '')
    if (last.signal === null) break
  }

  const killedAfter = `killed after ${delays.join(', ')} ms, on from ${numbers.join(', ')}`
  expect(last?.code, `${killedAfter}: ${last?.stderr}`).toBe(0)
  expect(numbers.filter((number) => number !== '').length, killedAfter).toBeGreaterThan(1)
  for (const name of ['running.jsonl', 'windows.jsonl']) {
    expect(Object.keys(byOrigin(calm, name))).toHaveLength(13)
    expect(byOrigin(killed, name), killedAfter).toEqual(byOrigin(calm, name))
  }
  // Replicas write side by side, each with ids of its own.
  const letters = (cwd: string): string[] =>
    Object.values(byOrigin(cwd, 'dead.jsonl')).flat().map(withoutIds).toSorted()
  expect(letters(calm).length).toBeGreaterThan(3)
  expect(letters(killed), killedAfter).toEqual(letters(calm))

  const status = await run(killed, ['status', 'job.yaml', '--json'])
  const again = await run(killed, ['run', 'job.yaml'])

  const ids = JSON.parse(status.stdout).checkpoint.stages.map(({ id }: { id: string }) => id)
  expect(ids).toEqual(['slow', 'running', 'window'])
  expect(again.stderr).toContain('with 30,000 records read; nothing was done')
})

const withoutIds = (line: string): string =>
  line.replace(/"id":"[^"]*"/, '').replaceAll(/"[^"]*in\.jsonl"/g, '')
