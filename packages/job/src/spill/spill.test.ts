import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderError } from '@millrace/base'
import type { SpillSpec } from '@millrace/engine'
import { defineSource, defineStage } from '@millrace/sdk'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import type { CheckpointOptions } from '../draft.ts'
import type { Job } from '../job.ts'
import { listSink } from '../list-sink.test-support.ts'
import { pipeline } from '../pipeline.ts'

const KEYS = 300

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-spill-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Rows of keys in turn, from wherever it is told. */
const rows = defineSource({
  name: 'rows',
  summary: 'Rows.',
  parameters: z.object({ upTo: z.int() }),
  replay: 'position',
  ends: true,
  create: ({ parameters: { upTo } }) => ({
    async *read(_partition, position = 0, { signal }) {
      for (let at = position as number; at < upTo && !signal.aborted; at += 100) {
        await new Promise(setImmediate)
        const values = Array.from({ length: 100 }, (_, index) => {
          return { key: ((at + index) * 7) % KEYS, n: at + index }
        })
        yield { values, position: at + 100 }
      }
    },
  }),
})

/** Keeps data of all kinds that a structured clone knows. */
const keeper = defineStage({
  name: 'keeper',
  summary: 'Keeps what came.',
  parameters: z.object({}),
  keeps: 'state',
  create({ state }) {
    const last = state.value<unknown>('last', { initial: () => undefined })
    const seen = state.map<number, Date>('seen')
    const bytes = state.object('bytes', { create: () => ({ all: new Float64Array(2), big: 0n }) })
    return {
      process({ n }: { readonly n: number }) {
        const before = last.get()
        last.set(n % 3 === 0 ? undefined : [n, -0, NaN, null, new Map([[n, 'é—😀']])])
        seen.set(n % 4, new Date(n))
        const row = bytes.get()
        row.all[n % 2] = n
        row.big += BigInt(n)
        return { n, before, dates: [...seen.entries()], all: [...row.all], big: row.big }
      },
    }
  },
})

const results: unknown[] = []
const list = listSink(results)

function jobOf(
  spill: SpillSpec | undefined,
  checkpoint?: CheckpointOptions,
  upTo = 3000,
): Job<never, never> {
  return pipeline('keeps', checkpoint === undefined ? {} : { checkpoint })
    .from(rows, { upTo })
    .stage(keeper, {}, { by: 'key', ...(spill && { spill }) })
    .to(list, {})
}

async function run(job: Job<never, never>): Promise<unknown[]> {
  results.length = 0
  const { error, state } = await job.run()
  expect(error).toBeUndefined()
  expect(state).toBe('completed')
  return [...results]
}

it('gives back all data as it was, and leaves nothing on the disk', async () => {
  const dir = newFolder()

  const spilled = await run(jobOf({ keys: 5, dir }))

  expect(spilled).toEqual(await run(jobOf(undefined)))
  expect(readdirSync(dir)).toEqual([])
})

it('goes on from its checkpoint with keys that were on the disk, with a bound and without', async () => {
  const dir = newFolder()
  const whole = await run(jobOf(undefined, undefined, 20_000))

  const parts = []
  for (const spill of [{ keys: 5 }, { keys: 40 }, undefined, { keys: 1 }]) {
    results.length = 0
    const job = jobOf(spill, { dir, everyMs: 5 }, 20_000)
    const ended = job.run()
    if (spill?.keys !== 1) {
      while (results.length < 1000) await new Promise(setImmediate)
      void job.stop()
    }
    const { error } = await ended
    expect(error).toBeUndefined()
    parts.push(...results)
  }

  expect(parts).toEqual(whole)
})

it('ends with an abort while a checkpoint reads what is on the disk', async () => {
  const dir = newFolder()
  for (let round = 0; round < 5; round++) {
    const job = jobOf({ keys: 5 }, { dir, everyMs: 1, fresh: true }, 1_000_000)
    results.length = 0
    const ended = job.run()
    while (results.length < 1000 + 500 * round) await new Promise(setImmediate)
    void job.checkpoint().catch(() => undefined)
    job.abort()
    const { error } = await ended
    expect(error?.code).toBe('ENG_ABORTED')
  }
})

it('refuses a stage without keys, and a number that is none', () => {
  const stage = (options: object): string => {
    try {
      pipeline('keeps').from(rows, { upTo: 1 }).stage(keeper, {}, options)
      return 'fine'
    } catch (error) {
      return renderError(error)
    }
  }

  expect(stage({ spill: { keys: 5 } })).toMatchInlineSnapshot(`
    "error[JOB_SPILL]: Stage "keeper" cannot spill: it has no by, so there are no keys to choose from.
      next Write, for example, { by: 'user', spill: { keys: 100000 } }."
  `)
  expect(stage({ by: 'key', spill: { keys: 0.5 } })).toMatchInlineSnapshot(`
    "error[JOB_SPILL]: Stage "keeper" cannot spill: keys must be a whole number of at least 1; got 0.5.
      next Write, for example, { by: 'user', spill: { keys: 100000 } }."
  `)
})

it('says that the folder cannot be used', async () => {
  const file = join(newFolder(), 'file')
  writeFileSync(file, '')

  const { error, state } = await jobOf({ keys: 5, dir: join(file, 'scratch') }).run()

  expect(state).toBe('failed')
  expect(error?.code).toBe('STORE_IO')
})
