import { expect, it } from 'vitest'
import { virtual } from '../streams.test-support.ts'
import type { Retention } from './retention.ts'

const all = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

it('3 messages that may be half a second old are gone after a second, without anybody asking', async () => {
  const { advance, open } = virtual()
  const stream = await open<number>('numbers', { retention: { age: '500ms', unread: true } })
  await Promise.all(all(3).map((n) => stream.append(n)))
  const before = (await stream.state()).count

  await advance(1000)

  expect([before, (await stream.state()).count]).toEqual([3, 0])
  expect((await stream.state()).lost).toBe(3)
})

it('who was there before the retention was set keeps to it', async () => {
  const { advance, open } = virtual()
  const stream = await open<number>('numbers')
  await stream.append(1)
  const told = await open<number>('numbers', { retention: { age: '1s', unread: true } })
  await told.close()
  await advance(5000)

  await stream.append(2)

  expect((await stream.read()).map(({ value }) => value)).toEqual([2])
})

it('what a group has not done stays, however old and many; what all have done goes', async () => {
  const { advance, open } = virtual()
  const stream = await open<number>('numbers', { retention: { age: '1s', count: 1 } })
  await Promise.all(all(4).map((n) => stream.append(n)))
  await stream.group('slow').reset('earliest')
  await stream.consumer(() => undefined, { group: 'fast', size: 4 }).step()
  await advance(10_000)
  const counts = [(await stream.state()).count]

  await stream.consumer(() => undefined, { group: 'slow', size: 3 }).step()
  await advance(1000)

  counts.push((await stream.state()).count)
  expect(counts).toEqual([4, 1])
  expect(await stream.state()).toMatchObject({ first: 3, lost: 0 })
})

it('without a group nothing is deleted, unless it is told to delete unread messages', async () => {
  const { open } = virtual()
  const stream = await open<number>('numbers', { retention: { count: 2 } })
  await Promise.all(all(5).map((n) => stream.append(n)))
  const kept = await stream.state()

  const told = await open<number>('numbers', { retention: { count: 2, unread: true } })
  const deleted = await told.retain()

  expect([kept.count, kept.lost]).toEqual([5, 0])
  expect(deleted).toEqual({ messages: 3, lost: 3 })
  expect((await stream.read()).map(({ value }) => value)).toEqual([3, 4])
})

it('a stream stays within its size with each append', async () => {
  const { open } = virtual()
  const retention = { size: '30B', unread: true }
  const stream = await open<string>('words', { retention })

  for (let n = 0; n < 20; n++) await stream.append('12345678')

  expect(await stream.state()).toMatchObject({ count: 3, bytes: 30, first: 17, lost: 17 })
})

it('of what is deleted unread only what somebody has not done counts as lost', async () => {
  const { open } = virtual()
  const stream = await open<number>('numbers', { retention: { count: 1, unread: true } })
  await stream.append(0)
  await stream.consumer(() => undefined).step()

  await Promise.all([1, 2, 3].map((n) => stream.append(n)))

  expect(await stream.state()).toMatchObject({ count: 1, lost: 2 })
  const seen: number[] = []
  await stream.end()
  await stream.consume(({ values }) => void seen.push(...values))
  expect(seen).toEqual([3])
})

it('dead messages stay when those around them go', async () => {
  const { open } = virtual()
  const stream = await open<string>('words')
  await Promise.all(['a', 'poison', 'b'].map((word) => stream.append(word)))
  await stream.end()

  const counts = await stream.consume(
    ({ values }) => {
      if (values[0] === 'poison') throw new Error('no')
    },
    { attempts: 1, keep: false },
  )

  expect(counts).toEqual({ done: 2, failed: 1, dead: 1 })
  expect((await stream.inspect()).map(({ state, value }) => [value, state])).toEqual([
    ['poison', 'dead'],
  ])
})

it('a window of which everything was deleted is not handed out', async () => {
  const { advance, open } = virtual()
  const stream = await open<number>('numbers', { retention: { age: '10s', unread: true } })
  await stream.append(1)
  const handled: unknown[] = []
  const consumer = stream.consumer(
    ({ attempt, values }) => {
      handled.push(values)
      if (attempt === 1) throw new Error('later')
    },
    { backoff: '20s' },
  )
  await consumer.step()

  await advance(30_000)
  await stream.append(2)
  await consumer.step()

  expect(handled).toEqual([[1], [2]])
  expect((await stream.state()).lost).toBe(1)
})

it.each([
  [{ age: 'old' }, '"retention.age" cannot be "old".'],
  [{ size: '5' }, '"retention.size" cannot be "5".'],
  [{ count: -1 }, '"retention.count" cannot be -1.'],
  [{ max: 1 }, 'Unknown option "max" of retention.'],
])('%o is refused', async (retention, message) => {
  const { open } = virtual()

  await expect(open('words', { retention: retention as Retention })).rejects.toThrow(message)
})
