import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, run, start } from './command.ts'

const pipeline = (every: string): string => `pipeline:
  name: flights
  checkpoint: ${every}
  source: { file: in.jsonl, time: { field: at, unit: ms, disorder: 1s } }
  stages:
    - ./slow.mjs
    - module: aggregate
      id: running
      by: origin
      parameters: { emit: update, aggregate: { n: count(), total: sum(delay) } }
    - window: { tumbling: 1m, aggregate: { most: max(delay) } }
      from: slow
      by: origin
  sinks:
    all: { file: running.jsonl, from: running }
    windows: { file: windows.jsonl, from: window }
  deadLetter: { file: dead.jsonl }
`
const slow = `import { setTimeout } from 'node:timers/promises'
export default async function slow(record) {
  if (record.at % 12_000 === 0) await setTimeout(1)
  return record
}
`
const records = Array.from({ length: 60_000 }, (_, index) => {
  const origin = `o${(index * 7) % 13}`
  // Some lines cannot be decoded, some delays are no numbers.
  if (index % 9973 === 5) return '{"at":'
  const delay = index % 5003 === 9 ? '"late"' : (index * 31) % 90
  return `{"at":${1_700_000_000_000 + index * 400},"origin":"${origin}","delay":${delay}}`
})

const job = (every = '20ms'): string =>
  folder({ 'job.yaml': pipeline(every), 'slow.mjs': slow, 'in.jsonl': `${records.join('\n')}\n` })
const read = (cwd: string, name: string): string => readFileSync(join(cwd, name), 'utf8')

describe('a job with checkpoints', () => {
  it('gives what an undisturbed run gives, however often it is killed', async () => {
    const [calm, killed] = [job('off'), job()]
    const undisturbed = await run(calm, ['run', 'job.yaml', '--quiet'])
    expect(undisturbed.code, undisturbed.stderr).toBe(0)
    const delays: number[] = []
    let last
    for (;;) {
      const running = start(killed, ['run', 'job.yaml'])
      // At any instant of its work; a busy machine takes its time to begin.
      if (delays.length < 8) {
        await running.seen('reading ')
        const delay = Math.round(Math.random() * 900)
        setTimeout(() => running.kill('SIGKILL'), delay)
        delays.push(delay)
      }
      last = await running.ended
      if (last.signal === null) break
    }

    const killedAfter = `killed after ${delays.join(', ')} ms`
    expect(last.code, last.stderr).toBe(0)
    expect(delays.length).toBeGreaterThan(3)
    expect(last.stderr).toContain('going on from checkpoint')
    for (const name of ['running.jsonl', 'windows.jsonl']) {
      expect(read(calm, name).length).toBeGreaterThan(10_000)
      expect(read(killed, name), killedAfter).toBe(read(calm, name))
    }
    // Stages write to the dead letters side by side, each with its clock.
    const letters = (cwd: string): string[] =>
      read(cwd, 'dead.jsonl')
        .replaceAll(cwd, '')
        .replaceAll(/"time":\d+/g, '')
        .split('\n')
        .toSorted()
    expect(letters(killed), killedAfter).toEqual(letters(calm))
    expect(letters(killed).length).toBeGreaterThan(10)
  })
})
