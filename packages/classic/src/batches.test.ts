import { expect, it } from 'vitest'
import { classicAt, turns } from './classic-at.test-support.ts'
import type { StreamEvent } from './stream-event.ts'
import type { Stream } from './stream.ts'

async function withEvents(count: number): Promise<Stream<number>> {
  const stream = await classicAt(0).createStream<number>('s', { buffer: 100 })
  for (let number = 1; number <= count; number++) await stream.publish({ type: 'n', data: number })
  return stream
}

it('hands 12 events in batches of at most 5 to the handler: 5, 5, 2', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream<number>('s', { buffer: 100 })
  for (let number = 1; number <= 12; number++) await stream.publish({ type: 'n', data: number })
  const batches: (readonly number[])[] = []
  const handler = (events: readonly StreamEvent<number>[]): void =>
    void batches.push(events.map(({ data }) => data))

  const results = []
  for (let call = 0; call < 4; call++) {
    results.push(await classic.processBatch(stream, { size: 5, handler }))
  }

  expect(batches).toEqual([
    [1, 2, 3, 4, 5],
    [6, 7, 8, 9, 10],
    [11, 12],
  ])
  expect(results).toEqual([
    { processed: 5, remaining: 7 },
    { processed: 5, remaining: 2 },
    { processed: 2, remaining: 0 },
    { processed: 0, remaining: 0 },
  ])
})

it('lets events go only when their batch succeeded', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream<number>('s', { buffer: 100 })
  for (const data of [1, 2, 3]) await stream.publish({ type: 'n', data })
  const seen: number[] = []

  const failed = classic.processBatch(stream, {
    size: 2,
    handler: () => Promise.reject(new Error('store is down')),
  })

  await expect(failed).rejects.toMatchObject({
    code: 'CLASSIC_BATCH',
    message: 'A batch of 2 events of "s" failed: store is down',
    retry: 'later',
  })
  expect(stream.metrics().buffered).toBe(3)
  await classic.processBatch(stream, {
    handler: (events) => void seen.push(...events.map(({ data }) => data)),
  })
  expect(seen).toEqual([1, 2, 3])
})

it('counts a batch in hand as buffered, and lets publishing wait for it', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream<number>('s', { buffer: 2 })
  for (const data of [1, 2]) await stream.publish({ type: 'n', data })
  const handled = Promise.withResolvers<void>()
  let isPublished = false
  const batch = classic.processBatch(stream, { handler: () => handled.promise })
  const third = stream.publish({ type: 'n', data: 3 }).then(() => (isPublished = true))

  await turns()
  const before = [stream.metrics().buffered, stream.metrics().waiting, isPublished]
  handled.resolve()
  await Promise.all([batch, third])

  expect(before).toEqual([2, 1, false])
  expect(stream.metrics().buffered).toBe(1)
})

it('handles batches that are asked for at once one after the other', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream<number>('s', { buffer: 10 })
  for (const data of [1, 2, 3, 4]) await stream.publish({ type: 'n', data })
  const steps: string[] = []
  const handler = async (events: readonly StreamEvent<number>[]): Promise<void> => {
    steps.push(`from ${events[0]?.data}`)
    await turns(3)
    steps.push(`to ${events.at(-1)?.data}`)
  }

  await Promise.all([
    classic.processBatch(stream, { size: 2, handler }),
    classic.processBatch(stream, { size: 2, handler }),
  ])

  expect(steps).toEqual(['from 1', 'to 2', 'from 3', 'to 4'])
})

it('refuses batches of a stream without a buffer, and sizes that are none', async () => {
  const classic = classicAt(0)
  await classic.createStream('s')
  const handler = (): void => undefined

  await expect(classic.processBatch('s', { handler })).rejects.toMatchObject({
    code: 'CLASSIC_NO_BUFFER',
    hint: 'Create it with a buffer: createStream("s", { buffer: 1000 }).',
  })
  await expect(classic.processBatch('s', { size: 0, handler })).rejects.toMatchObject({
    code: 'CLASSIC_OPTION',
  })
})

it('lets the buffer be processed after the end', async () => {
  const stream = await withEvents(3)

  expect(stream.metrics().buffered).toBe(3)
})
