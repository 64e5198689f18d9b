import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderError } from '@millrace/base'
import { nodeRuntime } from '@millrace/engine/host'
import { defineSink, defineSource } from '@millrace/sdk'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import type { Job } from '../job.ts'
import { pipeline } from '../pipeline.ts'

interface Written {
  readonly value: unknown
  readonly timestamp: number
  readonly id: string
}

/** A sender that ends when it has sent three batches, and goes on with the next number in the next run. */
function sender() {
  let sent = 0
  return defineSource({
    name: 'sender',
    summary: 'A sender.',
    parameters: z.object({}),
    replay: 'none',
    ends: true,
    create: () => ({
      async *read() {
        for (let batch = 0; batch < 3; batch++) {
          await new Promise(setImmediate)
          yield { values: [sent++, sent++] }
        }
      },
    }),
  })
}

/** A sink that fails when it is to write `at`. */
function list(at: number | undefined, into: Written[]) {
  return defineSink({
    name: 'list',
    summary: 'A list.',
    parameters: z.object({}),
    guarantee: 'At least once.',
    create: () => ({
      write(batch) {
        for (let index = 0; index < batch.length; index++) {
          if (batch.value(index) === at) throw new Error('The sink is gone.')
          into.push({
            value: batch.value(index),
            timestamp: batch.timestamp(index),
            id: batch.id(index),
          })
        }
      },
    }),
  })
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-journal-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

it('gives records again that a failed run had read, with the place and arrival they had', async () => {
  const dir = newFolder()
  const source = sender()
  let now = 1000
  const runtime = { ...nodeRuntime, now: () => now }
  const job = (at: number | undefined, into: Written[]): Job<never, never> =>
    pipeline('sent', { checkpoint: { dir, everyMs: 60_000 }, runtime })
      .from(source, {}, { journal: true })
      .to(list(at, into), {})
  const [first, second]: [Written[], Written[]] = [[], []]

  const failed = await job(4, first).run()
  now = 2000
  const summary = await job(undefined, second).run()

  expect(failed.state).toBe('failed')
  expect(summary.state, summary.error && renderError(summary.error)).toBe('completed')
  expect(second.map(({ value }) => value)).toEqual([...second.keys()])
  expect(second.length).toBeGreaterThanOrEqual(10)
  expect(second.slice(0, first.length)).toEqual(first)
  expect([first[0]?.timestamp, second[0]?.timestamp, second.at(-1)?.timestamp]).toEqual([
    1000, 1000, 2000,
  ])
  expect(new Set(second.map(({ id }) => id)).size).toBe(second.length)
})

it.each([false, true])(
  'works on all that the source gave when it is drained (and still reads the journal of an earlier run: %s)',
  async (isReplaying) => {
    const dir = newFolder()
    let sent = 0
    const endless = defineSource({
      name: 'endless',
      summary: 'Without an end.',
      parameters: z.object({}),
      replay: 'none',
      ends: false,
      create: () => ({
        async *read(_partition, _position, { signal }) {
          for (; !signal.aborted; await new Promise(setImmediate)) yield { values: [sent++] }
        },
      }),
    })
    const written: unknown[] = []
    let fails = isReplaying
    const slow = defineSink({
      name: 'slow',
      summary: 'A slow list.',
      parameters: z.object({}),
      guarantee: 'At least once.',
      create: () => ({
        async write(batch) {
          if (fails && sent > 500) throw new Error('The sink is gone.')
          for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
          for (let index = 0; index < batch.length; index++) written.push(batch.value(index))
        },
      }),
    })
    const job = (): Job<never, never> =>
      pipeline('drained', { checkpoint: { dir, everyMs: 60_000 } })
        .from(endless, {}, { journal: true })
        .to(slow, {})
    if (isReplaying) {
      await job().run()
      written.length = 0
      fails = false
    }
    const draining = job()
    const run = draining.run()
    while (written.length < 1) await new Promise(setImmediate)
    await draining.drain()
    const summary = await run

    expect(summary.state, summary.error && renderError(summary.error)).toBe('completed')
    expect(written).toEqual(Array.from({ length: sent }, (_, index) => index))
    expect(sent).toBeGreaterThan(isReplaying ? 500 : 0)
  },
)

it('takes no more room than it may: checkpoints are taken early, and the source waits for them', async () => {
  const dir = newFolder()
  const most = 20_000
  let largest = 0
  const size = (): number =>
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter(({ name }) => name.startsWith('segment-'))
      .reduce((sum, { name, parentPath }) => sum + statSync(join(parentPath, name)).size, 0)
  const texts = defineSource({
    name: 'texts',
    summary: 'Texts.',
    parameters: z.object({}),
    replay: 'none',
    ends: true,
    create: () => ({
      async *read() {
        for (let batch = 0; batch < 400; batch++) {
          yield { values: [`${batch}`.padEnd(500)] }
          await new Promise(setImmediate)
        }
      },
    }),
  })
  const written: unknown[] = []
  const sink = defineSink({
    name: 'list',
    summary: 'A list.',
    parameters: z.object({}),
    guarantee: 'At least once.',
    create: () => ({
      write(batch) {
        for (let index = 0; index < batch.length; index++) written.push(batch.value(index))
        largest = Math.max(largest, size())
      },
    }),
  })

  const summary = await pipeline('bounded', { checkpoint: { dir, everyMs: 3_600_000 } })
    .from(texts, {}, { journal: { maxBytes: most } })
    .to(sink, {})
    .run()

  expect(summary.state, summary.error && renderError(summary.error)).toBe('completed')
  expect(written).toHaveLength(400)
  // One write to the disk may hold what was read ahead, and be more than what is left.
  expect(largest).toBeLessThan(most + 32 * 1000)
  expect(summary.checkpoint?.count).toBeGreaterThan(4)
})

it('needs checkpoints', () => {
  expect(() => pipeline('sent').from(sender(), {}, { journal: true })).toThrow(
    'Source "source" has a journal, and the job takes no checkpoints.',
  )
})
