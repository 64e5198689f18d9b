import type { SinkBatch, InstanceScope, SinkInstance } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { ResultChannel } from './result-channel.ts'

const batch = (values: readonly unknown[]): SinkBatch => ({
  length: values.length,
  value: (index) => values[index],
  timestamp: () => 0,
  watermark: () => 0,
  key: () => undefined,
  origin: () => undefined,
  id: (index) => `${index}`,
})

function open(onReturn: () => void = () => undefined): {
  channel: ResultChannel<number>
  sink: SinkInstance
} {
  const channel = new ResultChannel<number>(onReturn)
  return { channel, sink: channel.factory.create({} as InstanceScope) as SinkInstance }
}

it('hands each result over once, in order, across batches', async () => {
  const { channel, sink } = open()
  const read: unknown[] = []
  const writing = (async () => {
    await sink.write(batch([1, 2]))
    await sink.write(batch([]))
    await sink.write(batch([3]))
    channel.close()
  })()

  for await (const value of channel) read.push(value)
  await writing

  expect(read).toEqual([1, 2, 3])
})

it('makes the writer wait until the batch has been read', async () => {
  const { channel, sink } = open()
  let written = false
  const writing = Promise.resolve(sink.write(batch([1, 2]))).then(() => {
    written = true
  })

  await channel.next()
  const before = written
  await channel.next()
  await writing

  expect([before, written]).toEqual([false, true])
})

it('gives what is left before the error that ended the job', async () => {
  const { channel, sink } = open()
  void sink.write(batch([1]))
  channel.close(new Error('broken'))

  expect(await channel.next()).toEqual({ done: false, value: 1 })
  await expect(channel.next()).rejects.toThrow('broken')
  expect(await channel.next()).toEqual({ done: true, value: undefined })
})

it('lets the writer go and tells the job when the reader leaves early', async () => {
  let returned = 0
  const { channel, sink } = open(() => returned++)
  const writing = sink.write(batch([1, 2]))
  await channel.next()

  await channel.return()
  await writing

  expect(returned).toBe(1)
  expect(await sink.write(batch([3]))).toBeUndefined()
})

it('answers readers that ask ahead, in order, and says to all of them that it is over', async () => {
  const { channel, sink } = open()
  const asked = [channel.next(), channel.next(), channel.next(), channel.next()]

  await sink.write(batch([1, 2]))
  await sink.write(batch([3]))
  channel.close()

  expect(await Promise.all(asked)).toEqual([
    { done: false, value: 1 },
    { done: false, value: 2 },
    { done: false, value: 3 },
    { done: true, value: undefined },
  ])
}, 1000)
