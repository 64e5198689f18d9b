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

const endless = `pipeline:
  name: endless
  checkpoint: { every: 50ms, dir: state }
  source: { generate: { rate: 2000, seed: 1 } }
  stages:
    - aggregate: { emit: update, aggregate: { n: count() } }
      id: totals
  sink: { file: { path: out.jsonl, mode: append } }
`
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')
const firstCheckpoint = async (cwd: string): Promise<void> => {
  const deadline = Date.now() + 20_000
  while (Date.now() < deadline) {
    const { stdout } = await run(cwd, ['status', 'job.yaml', '--json'])
    if (JSON.parse(stdout).checkpoint !== null) return
  }
  throw new Error('there is no checkpoint')
}

describe('a job that is stopped', () => {
  it('goes on where it was, and its state can be looked at and taken elsewhere', async () => {
    const cwd = folder({ 'job.yaml': endless })
    const running = start(cwd, ['run', 'job.yaml'])
    await running.seen('reading ')
    await firstCheckpoint(cwd)

    const second = await run(cwd, ['run', 'job.yaml'])
    const point = await run(cwd, ['savepoint', 'job.yaml', 'point.state', '--json'])
    running.kill('SIGINT')
    const stopped = await running.ended
    const status = await run(cwd, ['status', 'job.yaml', '--json'])
    const kept = await run(cwd, ['state', 'get', 'totals', 'job.yaml'])

    expect(second.code).toBe(2)
    expect(second.stderr).toContain(`error[STORE_LOCKED]: Process ${running.pid} on `)
    expect(point.code, point.stderr).toBe(0)
    const { isRunning, read: readAtPoint } = JSON.parse(point.stdout)
    expect(isRunning).toBe(true)
    expect(stopped.code, stopped.stderr).toBe(0)
    expect(stopped.stdout).toContain('is the last: the next run goes on from there')
    expect(stopped.stdout).not.toContain('warning')
    const { checkpoint, running: now } = JSON.parse(status.stdout)
    expect(now).toBeNull()
    expect(checkpoint).toMatchObject({ end: 'stopped', number: expect.any(Number) })
    expect(checkpoint.read).toBeGreaterThan(readAtPoint)
    expect(lines(kept.stdout).map((line) => JSON.parse(line))).toContainEqual({
      handle: 'value n',
      value: { count: checkpoint.read },
    })
    // All that was read is in the results, and nothing else.
    expect(lines(read(cwd, 'out.jsonl'))).toHaveLength(checkpoint.read)

    const from = ['--from', 'point.state', '--set', `source.limit=${readAtPoint + 100}`]
    const back = await run(cwd, ['run', 'job.yaml', ...from])

    expect(back.code, back.stderr).toBe(0)
    expect(back.stderr).toContain('of point.state, taken')
    // The last one is that of the end.
    expect(lines(read(cwd, 'out.jsonl'))).toHaveLength(readAtPoint + 101)
  })
})

describe('a job that goes on', () => {
  const limited = (limit: number): readonly string[] => ['--set', `source.limit=${limit}`]
  const stopped = async (): Promise<string> => {
    const cwd = folder({ 'job.yaml': endless })
    const running = start(cwd, ['run', 'job.yaml'])
    await running.seen('reading ')
    await firstCheckpoint(cwd)
    running.kill('SIGINT')
    expect((await running.ended).code).toBe(0)
    return cwd
  }

  it('is refused where it has changed, with what was and what is', async () => {
    const cwd = await stopped()
    const sum = ['--set', 'stages.totals.parameters.aggregate.n=sum(1)']
    const seed = ['--set', 'source.parameters.seed=2']

    const changed = await run(cwd, ['run', 'job.yaml', ...sum])
    const reseeded = await run(cwd, ['run', 'job.yaml', ...seed])
    const allow = ['--allow-changed', 'source', ...seed, ...limited(1)]
    const allowed = await run(cwd, ['run', 'job.yaml', ...allow])

    expect(changed.code).toBe(2)
    expect(changed.stderr).toContain(
      'error[JOB_STATE_CHANGED]: Parameter aggregate.n of "totals" is "sum(1)"; the state of the job comes from a run where it was "count()".',
    )
    expect(changed.stderr).toContain(
      "next Change it back; or go on all the same with --allow-changed totals (in code allowChanged: ['totals']); or begin anew with --fresh (in code fresh: true).",
    )
    expect(reseeded.stderr).toContain('Parameter seed of "source" is 2;')
    expect(allowed.stderr).toContain('going on from checkpoint')
  })

  it('says when it was finished before, and begins anew when it is told to', async () => {
    const cwd = await stopped()

    const finished = await run(cwd, ['run', 'job.yaml', ...limited(1)])
    const again = await run(cwd, ['run', 'job.yaml'])
    const fresh = await run(cwd, ['run', 'job.yaml', '--fresh', ...limited(10), '--json'])

    expect(finished.code, finished.stderr).toBe(0)
    expect([again.code, again.stdout]).toEqual([0, ''])
    expect(again.stderr).toMatch(
      /^endless: finished on \S+, with [\d,]+ records read; nothing was done\. Begin anew with --fresh\.\n$/,
    )
    expect(fresh.code, fresh.stderr).toBe(0)
    expect(JSON.parse(fresh.stdout)).toMatchObject({
      state: 'completed',
      sources: [{ read: 10 }],
      sinks: [{ written: 11 }],
    })
  })

  it('takes its state to another folder', async () => {
    const [cwd, other] = [await stopped(), folder({ 'job.yaml': endless })]
    const file = join(other, 'moved.state')

    const exported = await run(cwd, ['state', 'export', file, 'job.yaml'])
    const imported = await run(other, ['state', 'import', file, 'job.yaml'])
    const twice = await run(other, ['state', 'import', file, 'job.yaml'])

    expect(exported.code, exported.stderr).toBe(0)
    expect(imported.stdout).toMatch(/^endless will go on from checkpoint \d+, with [\d,]+ record/)
    expect(twice.code).toBe(2)
    expect(twice.stderr).toContain('next Put the new one in its place with --replace')
    expect((await run(other, ['state', 'get', 'totals', 'job.yaml'])).stdout).toBe(
      (await run(cwd, ['state', 'get', 'totals', 'job.yaml'])).stdout,
    )
  })
})
