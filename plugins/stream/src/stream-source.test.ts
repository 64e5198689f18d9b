import type { SourceBatch, SourceInstance } from '@millrace/sdk'
import { runSource } from '@millrace/testkit'
import { expect, it } from 'vitest'
import { openSource } from './ends.test-support.ts'
import { streamSource } from './stream-source.ts'
import { virtual } from './streams.test-support.ts'

const signal = new AbortController().signal

/** Batches of a source, until `count` came or it ends. */
async function batchesOf(
  source: SourceInstance,
  position?: unknown,
  count = Infinity,
): Promise<SourceBatch[]> {
  const found: SourceBatch[] = []
  for await (const batch of source.read('', position, { fields: undefined, signal })) {
    found.push(batch)
    if (found.length >= count) break
  }
  return found
}

const valuesOf = (batches: readonly SourceBatch[]): unknown[] =>
  batches.flatMap(({ values }) => values)

it('gives each message once, with offsets, and ends where the stream stood when it began', async () => {
  const { dir, open } = virtual()
  const stream = await open<number>('in')
  await Promise.all([10, 11, 12].map((n) => stream.append(n)))

  const run = await runSource(streamSource, { parameters: { name: 'in', dir, follow: false } })

  expect(run.output).toEqual([10, 11, 12])
})

it('goes on from the position of any batch, also from one before the first message', async () => {
  const { dir, open, runtime } = virtual()
  const stream = await open<number>('in')
  const latest = await openSource({ name: 'in', dir, from: 'latest' }, runtime)
  const [start] = await batchesOf(latest, undefined, 1)
  await Promise.all([1, 2, 3].map((n) => stream.append(n)))

  const later = await batchesOf(latest, start?.position)
  const behind = await batchesOf(latest, { offset: 2 })

  expect(start).toEqual({ values: [], position: { offset: 0 } })
  expect(valuesOf(later)).toEqual([1, 2, 3])
  expect(later.at(-1)).toMatchObject({ offsets: [0, 1, 2], position: { offset: 3 } })
  expect(valuesOf(behind)).toEqual([3])
})

it('follows until the stream is ended, from a time on', async () => {
  const { advance, dir, open, runtime } = virtual(0)
  const stream = await open<number>('in')
  await stream.append(1)
  await advance(1000)
  await stream.append(2)
  const from = { time: '1970-01-01T00:00:01Z' }
  const source = await openSource({ name: 'in', dir, from, follow: true }, runtime)
  const reading = batchesOf(source)
  await advance(200)
  await stream.append(3)
  await advance(200)

  await stream.end()
  await advance(200)

  expect(valuesOf(await reading)).toEqual([2, 3])
})

it('its group shows what durable checkpoints hold, keeps that from being deleted, and says where to begin', async () => {
  const { dir, open, runtime } = virtual()
  const stream = await open<number>('in', { retention: { count: 0 } })
  await Promise.all([1, 2, 3].map((n) => stream.append(n)))
  const source = await openSource({ name: 'in', dir, group: 'job' }, runtime)
  const counts = [(await stream.state()).count]

  await source.ack?.({ '': { offset: 2 } })
  await stream.retain()
  counts.push((await stream.state()).count)
  const anew = await openSource({ name: 'in', dir, group: 'job' }, runtime)

  expect(counts).toEqual([3, 1])
  expect((await stream.state()).groups).toMatchObject([{ name: 'job', next: 2, done: 2 }])
  expect(valuesOf(await batchesOf(anew))).toEqual([3])
})

it('what a checkpoint needs and retention deleted fails the job; what goes in front of a reader is told', async () => {
  const { dir, open, runtime } = virtual()
  const stream = await open<number>('in')
  await Promise.all(Array.from({ length: 2000 }, (_, n) => stream.append(n)))
  const source = await openSource({ name: 'in', dir, follow: false }, runtime)
  const seen: unknown[] = []

  for await (const batch of source.read('', undefined, { fields: undefined, signal })) {
    seen.push(...batch.values)
    if (seen.length === 1024) {
      await open('in', { retention: { count: 100, unread: true } }).then((one) => one.retain())
    }
  }

  expect(seen).toHaveLength(1124)
  expect(source.said).toEqual({
    warnings: ['876 messages of stream "in" were deleted before they could be read.'],
    counts: { gone: 876 },
  })
  await expect(batchesOf(source, { offset: 1024 })).rejects.toMatchObject({
    code: 'STREAM_GONE',
    message: 'Stream "in" begins at offset 1900; offset 1024, from which to go on, was deleted.',
  })
})

it('a stream that is not there is an error for who would end at once, and made by who follows', async () => {
  const { dir, open, runtime } = virtual()
  await open('orders')

  await expect(openSource({ name: 'order', dir }, runtime)).rejects.toMatchObject({
    code: 'STREAM_UNKNOWN',
    hint: 'Did you mean "orders"?',
  })
  await openSource({ name: 'later', dir, follow: true }, runtime)

  const stream = await open('later', { create: false })
  expect((await stream.state()).count).toBe(0)
})

it.each([[7], [{ offset: -1 }], ['x']])('%j is no position of a stream', async (position) => {
  const { dir, open, runtime } = virtual()
  await open('in')
  const source = await openSource({ name: 'in', dir }, runtime)

  await expect(batchesOf(source, position)).rejects.toMatchObject({ code: 'STREAM_POSITION' })
})
