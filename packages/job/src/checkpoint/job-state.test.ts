import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aggregate } from '@millrace/aggregate'
import { renderError } from '@millrace/base'
import type { Summary } from '@millrace/engine'
import { defineSource } from '@millrace/sdk'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import type { CheckpointOptions } from '../draft.ts'
import type { Job } from '../job.ts'
import { listSink } from '../list-sink.test-support.ts'
import { pipeline } from '../pipeline.ts'

function newFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-state-')))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Numbers from 0 in batches of ten, from wherever it is told. */
const numbers = defineSource({
  name: 'numbers',
  summary: 'Numbers.',
  parameters: z.object({ upTo: z.int(), step: z.int().default(1) }),
  replay: 'position',
  ends: true,
  create: ({ parameters: { upTo } }) => ({
    async *read(_partition, position = 0, { signal }) {
      for (let at = position as number; at < upTo && !signal.aborted; at += 10) {
        await new Promise(setImmediate)
        const values = Array.from({ length: 10 }, (_, index) => ({ value: at + index }))
        yield { values, position: at + 10, offsets: values.map(({ value }) => value) }
      }
    },
  }),
})

const results: unknown[] = []
const list = listSink(results)

function sums(
  checkpoint: CheckpointOptions,
  { upTo = 100_000, step = 1, name = 'sums' } = {},
): Job<never, never> {
  return pipeline(name, { checkpoint: { everyMs: 20, ...checkpoint } })
    .from(numbers, { upTo, step })
    .stage(aggregate, { aggregate: { n: 'count()', sum: 'sum(value)' }, emit: 'end' })
    .to(list, {})
}

async function stopAfter(job: Job<never, never>, read: number): Promise<Summary> {
  const run = job.run()
  while ((job.progress().sources[0]?.read ?? 0) < read) await new Promise(setImmediate)
  await job.stop()
  return run
}

it('a job built in code goes on where it was stopped', async () => {
  const dir = newFolder()
  results.length = 0

  const stopped = await stopAfter(sums({ dir }, { upTo: 2000 }), 500)
  const ended = await sums({ dir }, { upTo: 2000 }).run()
  const again = await sums({ dir }, { upTo: 2000 }).run()

  expect(stopped.state).toBe('stopped')
  expect(stopped.checkpoint?.number).toBeGreaterThan(0)
  expect(ended.sources[0]?.read).toBe(2000)
  expect(results).toMatchObject([{ n: 2000, sum: 1_999_000 }])
  expect(again).toMatchObject({ state: 'completed', sources: [{ read: 2000 }] })
  expect(again.warnings).toHaveLength(1)
})

it('a job begins anew when it is told to, and from a savepoint', async () => {
  const dir = newFolder()
  const file = join(dir, 'at.savepoint')
  results.length = 0
  // Its savepoint may take a while: it must not come to the end meanwhile.
  const endless = { upTo: 1e9 }
  const job = sums({ dir: join(dir, 'state') }, endless)
  const run = job.run()
  while ((job.progress().sources[0]?.read ?? 0) < 300) await new Promise(setImmediate)
  const point = await job.savepoint(file)
  await job.stop()
  await run

  const from = await stopAfter(
    sums({ dir: join(dir, 'state'), from: file }, endless),
    point.read + 10,
  )
  const fresh = await sums({ dir: join(dir, 'state'), fresh: true }, { upTo: 50 }).run()

  expect(point.read).toBeGreaterThanOrEqual(300)
  expect(from.sources[0]?.read).toBeGreaterThan(point.read)
  expect(fresh.sources[0]?.read).toBe(50)
  expect(results).toMatchObject([{ n: 50, sum: 1225 }])
})

it('the first checkpoint behind a recovery tells of what changed, not of all there is', async () => {
  const dir = newFolder()
  const next = (): Job<never, never> =>
    pipeline('counts', { checkpoint: { dir, everyMs: 1e9 } })
      .from(numbers, { upTo: 1e9 })
      .stage(aggregate, { aggregate: { n: 'count()' }, emit: 'end' }, { by: 'value' })
      .to(list, {})

  const first = await stopAfter(next(), 20_000)
  const second = await stopAfter(next(), 20_000 + 10)
  const third = await stopAfter(next(), 20_000 + 10)

  const { writtenBytes: all = 0 } = first.checkpoint ?? {}
  expect(all).toBeGreaterThan(200_000)
  for (const { checkpoint } of [second, third]) {
    expect(checkpoint?.writtenBytes).toBeLessThan(all / 4)
    expect(checkpoint?.stateBytes).toBeGreaterThan(all)
  }
})

it('a job may be told to end before its state is open', async () => {
  const [stopped, drained] = [newFolder(), newFolder()]
  const end = (job: Job<never, never>, how: 'stop' | 'drain'): Promise<Summary> => {
    void job.run()
    return job[how]()
  }

  const first = await end(sums({ dir: stopped }, { upTo: 20 }), 'stop')
  const second = await sums({ dir: stopped }, { upTo: 20 }).run()
  const third = await end(sums({ dir: drained }), 'drain')
  const fourth = await sums({ dir: drained }).run()

  expect([first.state, first.sources[0]?.read]).toEqual(['stopped', 0])
  expect([second.state, second.sources[0]?.read]).toEqual(['completed', 20])
  expect([third.state, third.sources[0]?.read]).toEqual(['completed', 0])
  expect(fourth.warnings.join()).toContain('The job was finished on ')
})

it('a job that has changed fails before it starts, and says so', async () => {
  const dir = newFolder()
  await stopAfter(sums({ dir }), 100)

  const changed = await sums({ dir }, { step: 2 }).run()
  const other = await sums({ dir }, { name: 'others' }).run()

  const said = (summary: Summary): string => renderError(summary.error).replaceAll(dir, '/state')
  expect(said(changed)).toMatchInlineSnapshot(`
    "error[JOB_INVALID]: sums has 1 fault.
    error[JOB_STATE_CHANGED]: Parameter step of "source" is 2; the state of the job comes from a run where it was 1.
      next Change it back; or go on all the same with --allow-changed source (in code allowChanged: ['source']); or begin anew with --fresh (in code fresh: true).
      at   sums
      next Mend the faults above; nothing has started."
  `)
  expect(said(other)).toMatchInlineSnapshot(`
    "error[STORE_OTHER_JOB]: "/state" holds the state of job "sums", not of "others".
      next Give each job a directory of its own, or give the job its old name."
  `)
})

it('two runs do not share a directory, and the second says who holds it', async () => {
  const dir = newFolder()
  const first = sums({ dir })
  const run = first.run()
  while ((first.progress().sources[0]?.read ?? 0) < 10) await new Promise(setImmediate)

  const second = await sums({ dir }).run()
  await first.stop()

  expect((await run).state).toBe('stopped')
  expect(second.error?.message).toContain(`Process ${process.pid} on `)
})

it('a job that is fed by run(input) takes no checkpoints', () => {
  const fed = pipeline('fed', { checkpoint: { dir: 'unused' } })
    .input<number>()
    .job()

  expect(() => fed.run([1])).toThrow('what run(input) brings cannot be read again')
})
