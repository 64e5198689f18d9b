import { expect, it } from 'vitest'
import { classicAt } from './classic-at.test-support.ts'
import type { Joined, JoinOptions } from './joins.ts'
import type { Classic } from './classic.ts'

interface User {
  readonly user: string | null
}

async function joining(
  options: Omit<JoinOptions<User, User>, 'left' | 'right' | 'on' | 'to'>,
): Promise<{ readonly classic: Classic; readonly pairs: readonly string[] }> {
  const classic = classicAt(0)
  const pairs: string[] = []
  await classic.createStream('clicks')
  await classic.createStream('orders')
  await classic.joinStreams<User, User>('j', {
    left: 'clicks',
    right: 'orders',
    on: 'data.user',
    to: ({ left, right }: Joined<User, User>) => void pairs.push(`${left?.id} ${right?.id}`),
    ...options,
  })
  return { classic, pairs }
}

const at = (id: string, seconds: number, user: string | null = 'ann') =>
  ({ id, type: 'e', data: { user }, eventTime: seconds * 1000 }) as const

it('joins a pair within 300 s once, and none that are 301 s apart', async () => {
  const { classic, pairs } = await joining({ within: '300s' })

  await classic.publish('clicks', at('click', 1000))
  await classic.publish('orders', at('near', 1300))
  await classic.publish('orders', at('far', 1301))
  await classic.publish('orders', at('bob', 1000, 'bob'))
  await classic.publish('orders', at('nobody', 1000, null))
  await classic.publish('clicks', at('nobody', 1000, null))
  await classic.drain()

  expect(pairs).toEqual(['click near'])
})

it('gives events of the left without a match once it is certain that none can come', async () => {
  const { classic, pairs } = await joining({ within: '10s', kind: 'left' })
  await classic.publish('clicks', at('click', 100))
  await classic.setWatermark('clicks', 111_000)
  await classic.setWatermark('orders', 109_000)
  await classic.settled()
  const before = pairs.length

  await classic.setWatermark('orders', 110_001)
  await classic.settled()

  expect(before).toBe(0)
  expect(pairs).toEqual(['click undefined'])
})

it('lets go of everything that the watermark has passed', async () => {
  const { classic, pairs } = await joining({ within: '10s' })
  for (let second = 0; second < 100; second++) {
    await classic.publish('clicks', at(`c${second}`, second))
    await classic.publish('orders', at(`o${second}`, second))
  }
  await classic.setWatermark('clicks', 1_000_000)
  await classic.setWatermark('orders', 1_000_000)

  await classic.settled()

  expect(pairs.length).toBe(100 + 2 * (99 + 98 + 97 + 96 + 95 + 94 + 93 + 92 + 91 + 90))
  expect(classic.report().retained.windowState).toBe(0)
})

it('hands on what comes too late, or keeps it as a dead letter', async () => {
  const { classic } = await joining({ within: '10s' })
  await classic.setWatermark('clicks', 100_000)
  await classic.setWatermark('orders', 100_000)
  await classic.settled()

  await classic.publish('orders', at('old', 1))
  await classic.settled()

  expect(classic.deadLetters()).toMatchObject([{ error: { code: 'LATE' }, event: { id: 'old' } }])
})

it('passes pairs to a stream, with the later of the two times', async () => {
  const classic = classicAt(0)
  for (const id of ['clicks', 'orders', 'pairs']) await classic.createStream(id)
  const seen: unknown[] = []
  await classic.registerProcessor('see', {
    stream: 'pairs',
    process: (event) => void seen.push(event.toJSON()),
  })
  await classic.joinStreams('j', {
    left: 'clicks',
    right: 'orders',
    on: { left: 'data.user', right: 'data.user' },
    within: '1m',
    to: 'pairs',
  })

  await classic.publish('orders', at('o', 2))
  await classic.publish('clicks', at('c', 1))
  await classic.drain()

  expect(seen).toEqual([
    {
      id: 'c+o',
      type: 'j',
      data: { left: { user: 'ann' }, right: { user: 'ann' } },
      eventTime: '1970-01-01T00:00:02.000Z',
      processingTime: '1970-01-01T00:00:00.000Z',
    },
  ])
})

it('refuses keys of different lengths', async () => {
  const classic = classicAt(0)
  for (const id of ['a', 'b']) await classic.createStream(id)

  const joined = classic.joinStreams('j', {
    left: 'a',
    right: 'b',
    on: { left: ['data.x', 'data.y'], right: 'data.x' },
    within: '1m',
  })

  await expect(joined).rejects.toMatchObject({ code: 'CLASSIC_OPTION' })
})
