import { expect, it } from 'vitest'
import { Classic } from './classic.ts'
import { Clock } from './classic-at.test-support.ts'

it('goes by the time of publication where told to, and closes windows by the clock', async () => {
  const clock = new Clock()
  const classic = new Classic({ runtime: clock })
  const stream = await classic.createStream('s', { time: 'processing' })
  const closed = Promise.withResolvers<readonly [start: number, count: number]>()
  await classic.createTumblingWindow('w', {
    stream,
    size: '1s',
    to: ({ count, start }) => closed.resolve([start, count]),
  })

  const first = await stream.publish({ type: 'e', data: null, eventTime: 999_999 })
  await stream.publish({ type: 'e', data: null, eventTime: 5 })

  expect(await closed.promise).toEqual([Math.floor(first.processingTime / 1000) * 1000, 2])
  await classic.stop()
})

it('lets a stream that is silent for long enough hold nothing back', async () => {
  const classic = new Classic({ runtime: new Clock() })
  const stream = await classic.createStream('s', { disorder: '1s', idle: '5s' })
  const closed = Promise.withResolvers<readonly [start: number, count: number]>()
  await classic.createTumblingWindow('w', {
    stream,
    size: '1m',
    to: ({ count, start }) => closed.resolve([start, count]),
  })

  await stream.publish({ type: 'e', data: null, eventTime: 30_000 })

  expect(await closed.promise).toEqual([0, 1])
  await classic.stop()
})
