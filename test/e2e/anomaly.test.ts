import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { folder, killTheRest, run, start } from './command.ts'

afterEach(killTheRest)

interface Options {
  readonly detector?: string
  readonly threshold?: string
  readonly checkpoint?: string
  readonly first?: string
  readonly beside?: string
}

const job = ({
  detector = 'knn',
  threshold = '0.99',
  checkpoint = 'off',
  first = '',
  beside = '',
}: Options): string => `pipeline:
  name: sensors
  checkpoint: ${checkpoint}
  source: { file: in.jsonl, time: { field: at, unit: ms, disorder: 0s } }
  stages:
${first}
    - anomaly: { field: value, detector: ${detector}, threshold: ${threshold}, warmup: 40 }
      by: sensor
      outputs: { alerts: { file: alerts.jsonl } }
${beside}
  sink: { file: out.jsonl }
`

const slow = `import { setTimeout } from 'node:timers/promises'
export default async function slow(record) {
  if (record.at % 4000 === 0) await setTimeout(1)
  return record
}
`
const records = Array.from({ length: 12_000 }, (_, index) => {
  const at = 1_700_000_000_000 + index * 1000
  const noise = (index * 7919) % 101
  const value = index % 1801 === 1800 ? 900 : noise + (index % 17)
  return `{"at":${at},"sensor":"s${(index * 7) % 40}","value":${index % 97 === 3 ? null : value}}`
})
const input = `${records.join('\n')}\n`

const read = (cwd: string, name: string): string[] =>
  readFileSync(join(cwd, name), 'utf8').trimEnd().split('\n')

/** Lines in any order of the keys; those of a key in theirs. */
function byKey(lines: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return Object.groupBy(lines, (line) => /"sensor":"(\w+)"/.exec(line)?.[1] ?? '') as Record<
    string,
    string[]
  >
}

describe('a stage that judges', () => {
  it('gives the same through kills, workers and keys on the disk', async () => {
    const plain = folder({ 'job.yaml': job({}), 'in.jsonl': input })
    const checkpoint = '{ every: 30ms, dir: state }'
    const beside = '      parallel: { workers: 2 }\n      spill: { keys: 5 }'
    const first = '    - ./slow.mjs'
    const shaken = folder({
      'job.yaml': job({ checkpoint, first, beside }),
      'in.jsonl': input,
      'slow.mjs': slow,
    })
    const calm = await run(plain, ['run', 'job.yaml', '--quiet'])
    expect(calm.code, calm.stderr).toBe(0)

    let kills = 0
    let last
    for (;;) {
      const running = start(shaken, ['run', 'job.yaml'])
      if (kills < 2) {
        await running.seen('records,')
        running.kill('SIGKILL')
        kills++
      }
      last = await running.ended
      if (last.signal === null) break
    }

    expect(last.code, last.stderr).toBe(0)
    expect(last.stderr).toContain('going on from checkpoint')
    expect(read(plain, 'alerts.jsonl').length).toBeGreaterThan(3)
    for (const name of ['out.jsonl', 'alerts.jsonl']) {
      expect(byKey(read(shaken, name))).toStrictEqual(byKey(read(plain, name)))
    }
  })

  it('goes on with another threshold, and not with another detector, which it says', async () => {
    const checkpoint = '{ every: 30ms, dir: state }'
    const options = { checkpoint, first: '    - ./slow.mjs' }
    const cwd = folder({ 'job.yaml': job(options), 'in.jsonl': input, 'slow.mjs': slow })
    const running = start(cwd, ['run', 'job.yaml'])
    await running.seen('records,')
    running.kill('SIGINT')
    await running.ended
    const withJob = (changed: Options) => {
      writeFileSync(join(cwd, 'job.yaml'), job({ ...options, ...changed }))
      return run(cwd, ['run', 'job.yaml', '--quiet'])
    }

    const other = await withJob({ detector: 'ewma' })
    const tuned = await withJob({ detector: '{ knn: { neighbours: 3 } }' })
    const strict = await withJob({ threshold: '{ spot: 1e-4 }' })

    expect(other.code).toBe(2)
    expect(other.stderr).toContain(
      'Parameter detector.module of "anomaly" is "ewma"; the state of the job comes from a run where it was "knn".',
    )
    expect(other.stderr).toContain('--fresh')
    expect(tuned.code).toBe(2)
    expect([strict.code, strict.stderr]).toEqual([0, ''])
    expect(read(cwd, 'out.jsonl')).toHaveLength(records.length)
  })

  it('takes a detector of the job, which is any module with defineDetector', async () => {
    const mine = `import { defineDetector } from '@millrace/sdk'
import { z } from 'zod'
class Distance {
  evidence = {}
  constructor({ from }) { this.from = from }
  score(point) { return Math.abs(point[0] - this.from) }
  update(point) { return this.score(point) }
  snapshot() { return null }
  restore() {}
}
export default defineDetector({ name: 'distance', summary: 'Distance from a value.', dimensions: 'one',
  parameters: z.object({ from: z.number() }), main: 'from', bytes: () => 1, create: (parameters) => new Distance(parameters) })
`
    const detector = '{ ./mine.mjs: { from: 50 } }'
    const cwd = folder({ 'job.yaml': job({ detector }), 'in.jsonl': input, 'mine.mjs': mine })
    const wrong = folder({ 'job.yaml': job({ detector: 'emwa' }), 'in.jsonl': input })

    const ended = await run(cwd, ['run', 'job.yaml', '--quiet'])
    const refused = await run(wrong, ['validate', 'job.yaml'])

    expect([ended.code, ended.stderr]).toEqual([0, ''])
    expect(read(cwd, 'alerts.jsonl').some((line) => line.includes('"raw":850'))).toBe(true)
    expect(refused.stderr).toContain('No detector "emwa" is installed')
  })
})
