import { expect, it } from 'vitest'
import { Clock } from './classic-at.test-support.ts'
import { Classic } from './classic.ts'

it('goes by the time of publication where told to, and closes windows by the clock', async () => {
  const clock = new Clock()
  const classic = new Classic({ runtime: clock })
  const stream = await classic.createStream('s', { time: 'processing' })
  const closed: unknown[] = []
  await classic.createTumblingWindow('w', {
    stream,
    size: '1s',
    to: ({ count, start }) => closed.push([start, count, clock.ms]),
  })

  await clock.pass(250)
  await stream.publish({ type: 'e', data: null, eventTime: 999_999 })
  await clock.pass(500)
  await stream.publish({ type: 'e', data: null, eventTime: 5 })
  await clock.pass(200)
  const before = [...closed]
  await clock.pass(400)

  expect(before).toEqual([])
  expect(closed).toMatchObject([[0, 2, expect.any(Number)]])
  await classic.stop()
})

it('lets a stream that is silent for long enough hold nothing back', async () => {
  const clock = new Clock()
  const classic = new Classic({ runtime: clock })
  const stream = await classic.createStream('s', { disorder: '1s', idle: '2s' })
  const closed: unknown[] = []
  await classic.createTumblingWindow('w', {
    stream,
    size: '10s',
    to: ({ count, start }) => closed.push([start, count]),
  })

  await stream.publish({ type: 'e', data: null, eventTime: 8000 })
  await clock.pass(1900)
  const before = [...closed]
  await clock.pass(1500)

  expect(before).toEqual([])
  expect(closed).toEqual([[0, 1]])
  await classic.stop()
})
