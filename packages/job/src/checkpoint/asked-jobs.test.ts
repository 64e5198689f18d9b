import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineSink, defineSource } from '@millrace/sdk'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import type { Job } from '../job.ts'
import { loadJob } from '../load-job.ts'
import { pipeline } from '../pipeline.ts'
import { askForSavepoint, askStatus, askToResize, askToStop } from './control.ts'

function newFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-asked-')))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

const ticks = defineSource({
  name: 'ticks',
  summary: 'Numbers without an end.',
  parameters: z.object({}),
  replay: 'position',
  ends: false,
  create: () => ({
    async *read(_partition, position = 0, { signal }) {
      for (let at = position as number; !signal.aborted; at++) {
        yield { values: [at], position: at + 1 }
        await new Promise(setImmediate)
      }
    },
  }),
})

const nowhere = defineSink({
  name: 'nowhere',
  summary: 'Nowhere.',
  parameters: z.object({}),
  guarantee: 'None.',
  create: () => ({ write() {} }),
})

const job = (dir: string, control: boolean): Job<never, never> =>
  pipeline('asked', { checkpoint: { dir, everyMs: 60_000, control } })
    .from(ticks, {})
    .to(nowhere, {})

it('a job built in code can be asked by others where it says so', async () => {
  const dir = newFolder()
  const file = join(dir, 'point.state')
  const run = job(dir, true).run()
  let status
  while ((status?.read ?? 0) === 0) status = await askStatus(dir)

  const written = await askForSavepoint(dir, file)
  await askToStop(dir)
  const summary = await run

  expect(status).toMatchObject({ state: 'running', pid: process.pid })
  expect(written?.read).toBeGreaterThan(0)
  expect(summary.state).toBe('stopped')
  expect(await askStatus(dir)).toBeUndefined()
})

it('is resized as soon as its state is open, by whoever asks', async () => {
  const dir = newFolder()
  const asked = pipeline('asked', { checkpoint: { dir, everyMs: 60_000, control: true } })
    .from(ticks, {})
    .through((n) => n, { id: 'same', parallel: { workers: 1, mode: 'unordered' } })
    .to(nowhere, {})

  const early = await asked.resize('same', 2).catch((error: { code: string }) => error.code)
  const run = asked.run()
  const first = await asked.resize('same', 3)
  const second = await askToResize(dir, 'same', 2)
  const status = await askStatus(dir)
  await askToStop(dir)
  const { resized, stages, state } = await run

  expect(early).toBe('JOB_NOT_STARTED')
  expect(first).toEqual({ stage: 'same', before: 1, workers: 3 })
  expect(second).toEqual({ stage: 'same', before: 3, workers: 2 })
  expect(status?.workers).toEqual({ same: 2 })
  expect(resized).toEqual([{ stage: 'same', before: 1, workers: 2 }])
  expect(state).toBe('stopped')
  expect(stages[0]?.held).toBe(0)
})

it('a job that does not say so cannot be asked', async () => {
  const dir = newFolder()
  const silent = job(dir, false)
  const run = silent.run()
  while ((silent.progress().checkpoint?.count ?? 0) === 0) await new Promise(setImmediate)

  expect(await askStatus(dir)).toBeUndefined()
  await silent.stop()
  await run
})

it('a job from a file that takes no checkpoints has no place where it could be asked', async () => {
  const folder = newFolder()
  const file = join(folder, 'job.yaml')
  writeFileSync(file, `pipeline:\n  source: { file: a.jsonl }\n  sink: { file: b.jsonl }\n`)

  await expect(loadJob(file, { control: true })).rejects.toMatchObject({ code: 'JOB_NO_STATE' })
})
