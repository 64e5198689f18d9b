import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SinkBatch, SinkInstance } from '@millrace/sdk'
import { afterAll, expect, it } from 'vitest'
import { createFileSink, fileSink, type FileSinkParameters } from './file-sink.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-'))
afterAll(() => rmSync(folder, { recursive: true }))

function sinkOf(input: object): SinkInstance {
  const parsed = fileSink.parameters['~standard'].validate(input) as { value: FileSinkParameters }
  const expressions = { env: {}, functions: [], aggregates: [] }
  return createFileSink(parsed.value, { expressions, random: () => 0.5 })
}

const batchOf = (...values: readonly unknown[]): SinkBatch => ({
  length: values.length,
  value: (index) => values[index],
  timestamp: () => 0,
  watermark: () => 0,
  key: () => undefined,
  origin: () => undefined,
  id: (index) => `${index}`,
})

async function aborted(input: object, batches: readonly SinkBatch[]): Promise<unknown> {
  const sink = sinkOf(input)
  await sink.open?.()
  for (const batch of batches) await sink.write(batch)
  const result = await sink.abort?.()
  await sink.close?.()
  return result
}

it('says how many records were in files that never came to be', async () => {
  const batches = [batchOf({ f: 'a' }, { f: 'b' }), batchOf({ f: 'a' })]

  expect(await aborted({ path: join(folder, 'one.jsonl') }, batches)).toEqual({ discarded: 3 })
  expect(await aborted({ path: join(folder, '{f}.jsonl'), maxOpen: 1 }, batches)).toEqual({
    discarded: 3,
  })
})

it('keeps what was appended', async () => {
  const path = join(folder, 'log.jsonl')

  expect(await aborted({ path, mode: 'append' }, [batchOf(1, 2), batchOf(3)])).toEqual({
    discarded: 0,
  })
  expect(readFileSync(path, 'utf8')).toBe('1\n2\n3\n')
})

it('leaves out the batch on which writing failed: it was never written', async () => {
  const sink = sinkOf({ path: join(folder, '{f}.jsonl') })
  await sink.open?.()
  await sink.write(batchOf({ f: 'x' }, { f: 'y' }))
  const getter = {
    get f(): never {
      throw new Error('no')
    },
  }

  await expect((async () => sink.write(batchOf({ f: 'x' }, getter)))()).rejects.toThrow('no')

  expect(await sink.abort?.()).toEqual({ discarded: 2 })
})

it('takes nothing back after a commit', async () => {
  const sink = sinkOf({ path: join(folder, 'done.jsonl') })
  await sink.open?.()
  await sink.write(batchOf(1))
  await sink.commit?.()

  expect(await sink.abort?.()).toEqual({ discarded: 0 })
})
