import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noExpressions, type SinkBatch, type SinkInstance, type SinkToken } from '@millrace/sdk'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createFileSink, fileSink, type FileSinkParameters } from '../file-sink.ts'
import { lazyDisk } from './durable.ts'
import { newMark } from './owner.ts'
import { partPath } from './part-path.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-parts-'))
afterAll(() => rmSync(root, { recursive: true }))
let folder = ''
let count = 0
beforeEach(() => mkdirSync((folder = join(root, String(++count)))))

function sinkOf(input: object, recovers = false): SinkInstance {
  const checked = fileSink.parameters['~standard'].validate(input)
  const { value } = checked as { readonly value: FileSinkParameters }
  const random = Math.random
  return createFileSink(value, { expressions: noExpressions, random, disk: lazyDisk, recovers })
}

const batchOf = (...values: readonly unknown[]): SinkBatch => ({
  length: values.length,
  value: (index) => values[index],
  timestamp: () => 0,
  watermark: () => 0,
  key: () => undefined,
  origin: () => undefined,
  id: (index) => String(index),
})

async function prepared(sink: SinkInstance, checkpoint: number, final = false): Promise<SinkToken> {
  return (await sink.prepare?.({ checkpoint, final })) as SinkToken
}

const text = (name: string): string => readFileSync(join(folder, name), 'utf8')
const names = (): readonly string[] => readdirSync(folder).toSorted()

describe('commit: rename', () => {
  it('makes a file of the records of each checkpoint that has some', async () => {
    const sink = sinkOf({ path: join(folder, 'out.json'), commit: 'rename' })
    await sink.open?.()

    await sink.write(batchOf(1, 2))
    const first = await prepared(sink, 1)
    await sink.write(batchOf(3))
    const before = names().filter((name) => !name.startsWith('.'))
    await sink.commit?.(first)
    await sink.commit?.(await prepared(sink, 2))
    await sink.commit?.(await prepared(sink, 3))
    await sink.write(batchOf(4))
    await sink.commit?.(await prepared(sink, 4, true))
    await sink.close?.()

    expect(before).toEqual([])
    expect(names()).toEqual(['out-000001.json', 'out-000002.json', 'out-000004.json'])
    expect(names().map(text)).toEqual(['[\n1,\n2\n]\n', '[\n3\n]\n', '[\n4\n]\n'])
  })

  it('finishes what a checkpoint names and forgets what came later, in another process', async () => {
    const parameters = { path: join(folder, '{k}/out.jsonl'), commit: 'rename' }
    const first = sinkOf(parameters)
    await first.open?.()
    await first.write(batchOf({ k: 'a' }, { k: 'b' }))
    const token = await prepared(first, 1)
    await first.write(batchOf({ k: 'a', late: true }))
    await prepared(first, 2)
    await first.write(batchOf({ k: 'c', late: true }))
    await first.flush?.()

    const second = sinkOf(parameters, true)
    await second.open?.()
    await second.recover?.(token)
    await second.write(batchOf({ k: 'a', again: true }))
    await second.commit?.(await prepared(second, 2, true))
    await second.close?.()
    await first.close?.()

    const found = readdirSync(folder, { recursive: true }).map(String).toSorted()
    expect(found).toEqual([
      'a',
      'a/out-000001.jsonl',
      'a/out-000002.jsonl',
      'b',
      'b/out-000001.jsonl',
      'c',
    ])
    expect(text('a/out-000002.jsonl')).toBe('{"k":"a","again":true}\n')
  })

  it('makes one file in a job without checkpoints', async () => {
    const sink = sinkOf({ path: join(folder, 'out.jsonl.gz'), commit: 'rename' })
    await sink.open?.()
    await sink.write(batchOf(1))
    await sink.commit?.()
    await sink.close?.()

    expect(names()).toEqual(['out-000001.jsonl.gz'])
    expect(partPath('a.b/out', 12)).toBe(join('a.b', 'out-000012'))
  })

  it('leaves files alone that exist, with mode fail', async () => {
    writeFileSync(join(folder, 'out-000001.jsonl'), 'theirs')
    const sink = sinkOf({ path: join(folder, 'out.jsonl'), commit: 'rename', mode: 'fail' })
    await sink.open?.()
    await sink.write(batchOf(1))

    await expect(prepared(sink, 1)).rejects.toMatchObject({ code: 'FILE_EXISTS' })
    await sink.abort?.()
    expect(text('out-000001.jsonl')).toBe('theirs')
  })

  it('is refused where it has no meaning', () => {
    const messagesOf = (input: object): unknown => {
      const checked = fileSink.parameters['~standard'].validate({ commit: 'rename', ...input })
      return (checked as { issues?: readonly { message: string }[] }).issues?.map(
        ({ message }) => message,
      )
    }

    expect(messagesOf({ path: '-' })).toEqual(['cannot be rename where the path is no file'])
    expect(messagesOf({ path: 'a.jsonl', mode: 'append' })).toEqual([
      'cannot be rename with mode append, which shows records as they come',
    ])
    expect(messagesOf({ path: 'a.csv' })).toEqual([
      'needs "columns" with CSV: each file has a header of its own',
    ])
  })
})

describe('files that nobody finishes', () => {
  it('are taken away by the next run where their process is dead, and only there', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    const [place, own = '', ...rest] = newMark(() => 0.5).split('-')
    const mark = (id: string): string => [place, id, ...rest].join('-')
    const dead = pid.toString(36)
    const live = process.ppid.toString(36)
    const left = [
      `.out.jsonl.${mark(live)}.partial`,
      `.out.jsonl.${mark(own)}.partial`,
      `.out.jsonl.${mark(dead)}.pending`,
      `.out.jsonl.other-${dead}-0-1-a.partial`,
      '.mine.partial',
    ]
    for (const name of [...left, `.out.jsonl.${mark(dead)}.partial`, `.b.${mark(dead)}.partial`]) {
      writeFileSync(join(folder, name), 'half')
    }

    const sink = sinkOf({ path: join(folder, 'out.jsonl') })
    await sink.open?.()
    await sink.commit?.()
    await sink.close?.()

    expect(names()).toEqual([...left, 'out.jsonl'].toSorted())
  })
})

it('names thousands of files in a token of few bytes for each', async () => {
  const sink = sinkOf({ path: join(folder, '{k}.jsonl'), maxOpen: 4 })
  await sink.open?.()
  await sink.write(batchOf(...Array.from({ length: 1000 }, (_, index) => ({ k: `key-${index}` }))))

  const token = await prepared(sink, 1)
  await sink.abort?.()
  await sink.close?.()

  expect(JSON.stringify(token).length).toBeLessThan(32_000)
})

it('says that what a checkpoint names is gone or was cut', async () => {
  const path = join(folder, 'out.jsonl')
  const first = sinkOf({ path, mode: 'append' })
  await first.open?.()
  await first.write(batchOf(1, 2))
  const token = await prepared(first, 1)
  await first.close?.()
  const second = sinkOf({ path, mode: 'append' }, true)
  await second.open?.()
  writeFileSync(path, '1\n')

  await expect(second.recover?.(token)).rejects.toMatchObject({
    code: 'FILE_NOT_AS_LEFT',
    message: `"${path}" has 2 bytes; the last checkpoint left it with 4.`,
  })
  rmSync(path)
  await expect(second.recover?.(token)).rejects.toMatchObject({
    message: `"${path}" is gone; the last checkpoint left it with 4 bytes.`,
  })
})
