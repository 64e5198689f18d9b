import type { SinkToken } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { batchOf, openSink } from './ends.test-support.ts'
import { virtual } from './streams.test-support.ts'

const checkpoint = { checkpoint: 1, final: false }

it('nobody sees a record before its checkpoint is committed; then all of them, in order', async () => {
  const { dir, open, runtime } = virtual()
  const stream = await open<number>('out')
  const sink = await openSink({ name: 'out', dir }, runtime)
  const counts: number[] = []
  const count = async (): Promise<void> => void counts.push((await stream.state()).count)

  await sink.write(batchOf([1, 2]))
  await count()
  const token = await sink.prepare(checkpoint)
  await sink.write(batchOf([3]))
  await count()
  await sink.commit(token)
  await count()
  await sink.commit(token)
  await count()

  expect(counts).toEqual([0, 0, 2, 2])
  expect((await stream.read()).map(({ value }) => value)).toEqual([1, 2])
  expect(await stream.state()).toMatchObject({ prepared: 1, count: 2, bytes: 2 })
})

it('a large checkpoint leaves the event loop its turns, and still appears in one step', async () => {
  const { dir, open, runtime } = virtual()
  const stream = await open<number>('out')
  const sink = await openSink({ name: 'out', dir }, runtime)
  for (let n = 0; n < 5000; n += 1000) {
    await sink.write(batchOf(Array.from({ length: 1000 }, (_, at) => n + at)))
  }
  const token = await sink.prepare(checkpoint)
  const counts: number[] = []
  const work = { isDone: false }

  const committed = Promise.resolve(sink.commit(token)).then(() => {
    work.isDone = true
  })
  while (!work.isDone) {
    counts.push((await stream.state()).count)
    await new Promise((resolve) => void setImmediate(resolve))
  }
  await committed

  expect(counts.length).toBeGreaterThan(2)
  expect(new Set([...counts, (await stream.state()).count])).toEqual(new Set([0, 5000]))
  expect((await stream.read({ from: 4990 })).map(({ value }) => value)).toEqual(
    Array.from({ length: 10 }, (_, at) => 4990 + at),
  )
})

it('a job without checkpoints shows all when it is done, or nothing, and leaves nothing behind', async () => {
  const { dir, open, runtime } = virtual()
  const stream = await open<number>('out')
  const failed = await openSink({ name: 'out', dir }, runtime)
  await failed.write(batchOf([1, 2]))
  const sink = await openSink({ name: 'out', dir }, runtime)
  await sink.write(batchOf([3]))
  await sink.write(batchOf([4]))

  const aborted = await failed.abort()
  await sink.commit()

  expect(aborted).toEqual({ discarded: 2 })
  expect((await stream.read()).map(({ value }) => value)).toEqual([3, 4])
  expect((await stream.state()).prepared).toBe(0)
})

it('an abort takes back what no checkpoint has, and leaves what was prepared', async () => {
  const { dir, open, runtime } = virtual()
  const stream = await open<number>('out')
  const sink = await openSink({ name: 'out', dir }, runtime)
  await sink.write(batchOf([1]))
  const token = await sink.prepare(checkpoint)
  await sink.write(batchOf([2, 3]))

  const aborted = await sink.abort()
  const next = await openSink({ name: 'out', dir }, runtime)
  await next.recover(token)

  expect(aborted).toEqual({ discarded: 2 })
  expect((await stream.read()).map(({ value }) => value)).toEqual([1])
})

it('what a killed job left can be dropped; who would go on from it is refused', async () => {
  const { dir, open, runtime } = virtual()
  const stream = await open<number>('out')
  const sink = await openSink({ name: 'out', dir }, runtime)
  await sink.write(batchOf([1, 2]))
  const token = await sink.prepare(checkpoint)

  const dropped = await stream.discardPrepared()
  const next = await openSink({ name: 'out', dir }, runtime)

  expect(dropped).toBe(2)
  expect((await stream.state()).prepared).toBe(0)
  await expect(next.recover(token)).rejects.toMatchObject({ code: 'STREAM_TOKEN' })
})

it('a job that goes back to a savepoint appends behind what is there, and its sink forgets what was hidden', async () => {
  const { dir, open, runtime } = virtual()
  const stream = await open<number>('out')
  const first = await openSink({ name: 'out', dir }, runtime)
  await first.write(batchOf([1]))
  const savepoint = await first.prepare(checkpoint)
  await first.commit(savepoint)
  await first.write(batchOf([2]))
  await first.commit(await first.prepare(checkpoint))
  await first.write(batchOf([3]))
  const last = await first.prepare(checkpoint)

  const back = await openSink({ name: 'out', dir }, runtime)
  await back.recover(savepoint, { isBack: true, last })
  await back.write(batchOf([20]))
  await back.commit(await back.prepare(checkpoint))
  await back.forget(last)

  expect((await stream.read()).map(({ value }) => value)).toEqual([1, 2, 20])
  expect((await stream.state()).prepared).toBe(0)
})

it('a record that JSON cannot hold is rejected alone', async () => {
  const { dir, open, runtime } = virtual()
  const stream = await open<number>('out')
  const sink = await openSink({ name: 'out', dir }, runtime)

  const result = await sink.write(batchOf([1, 2n, 3]))
  await sink.commit()

  expect(result).toEqual({
    rejected: [
      {
        index: 1,
        code: 'STREAM_VALUE',
        message:
          'Stream "out" takes values that JSON can hold; got Do not know how to serialize a BigInt.',
        retry: false,
      },
    ],
  })
  expect((await stream.read()).map(({ value }) => value)).toEqual([1, 3])
})

it('a store that knows nothing of the checkpoint is refused: results would be missing', async () => {
  const { dir, runtime } = virtual()
  const sink = await openSink({ name: 'out', dir }, runtime)
  await sink.write(batchOf([1]))
  const token = await sink.prepare(checkpoint)
  const other = virtual()
  const moved = await openSink({ name: 'out', dir: other.dir }, runtime)

  await expect(moved.recover(token)).rejects.toMatchObject({ code: 'STREAM_TOKEN' })
  await expect(moved.recover({ file: 'x' })).rejects.toMatchObject({
    code: 'STREAM_POSITION',
    message: 'What a checkpoint has of the sink stream is a writer and an epoch; got {}.',
  })
})

it('a retention of the sink is that of the stream', async () => {
  const { dir, open, runtime } = virtual()
  const retention = { count: 2, unread: true }
  const sink = await openSink({ name: 'out', dir, retention }, runtime)
  await sink.write(batchOf([1, 2, 3]))

  await sink.commit()

  const stream = await open<number>('out')
  expect((await stream.read()).map(({ value }) => value)).toEqual([2, 3])
  expect((await stream.state()).lost).toBe(1)
})

/** What one run of a job does before it is killed, in checkpoints of so many batches, and how far the last one comes. */
const killedRun = fc.record({
  checkpoints: fc.array(fc.nat({ max: 3 }), { maxLength: 4 }),
  extra: fc.nat({ max: 3 }),
  reaches: fc.constantFrom('nothing', 'prepared', 'durable', 'committed', 'written'),
})

it('killed at any point, any number of times, a job leaves each record once and in order', async () => {
  const property = fc.asyncProperty(fc.array(killedRun, { maxLength: 5 }), async (runs) => {
    const { dir, open, runtime } = virtual()
    const stream = await open<number>('out')
    const durable: { next: number; token: SinkToken | undefined } = { next: 0, token: undefined }
    const last = { checkpoints: [2, 1], extra: 0, reaches: 'committed' } as const
    let all = 0
    for (const [index, { checkpoints, extra, reaches }] of [...runs, last].entries()) {
      const sink = await openSink({ name: 'out', dir }, runtime)
      if (index > 0) await sink.recover(durable.token)
      let next = durable.next
      const write = async (batches: number): Promise<void> => {
        for (let batch = 0; batch < batches; batch++) {
          await sink.write(batchOf([next, next + 1]))
          next += 2
        }
      }
      for (const [at, batches] of checkpoints.entries()) {
        const isLast = at === checkpoints.length - 1
        await write(batches)
        if (isLast && reaches === 'nothing') break
        const token = await sink.prepare({ checkpoint: at + 1, final: false })
        if (isLast && reaches === 'prepared') break
        Object.assign(durable, { next, token })
        // What comes behind the barrier is written before the commit.
        if (isLast && reaches === 'written') await write(1)
        if (isLast && reaches === 'durable') break
        await sink.commit(token)
      }
      await write(extra)
      all = durable.next
    }

    const values = (await stream.read()).map(({ value }) => value)

    expect(values).toEqual(Array.from({ length: all }, (_, n) => n))
  })

  await fc.assert(property, { numRuns: 40 })
})
