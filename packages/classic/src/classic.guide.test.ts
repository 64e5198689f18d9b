import { Classic } from '@millrace/classic'
import { expect, it } from 'vitest'

interface Visit {
  readonly user: string
}

it('counts visits per minute and hands payments over in batches', async () => {
  const classic = new Classic()
  const visits = await classic.createStream<Visit>('visits', { disorder: '10s' })
  const payments = await classic.createStream<Visit>('payments', { buffer: 100 })
  const [counts, paid]: [number[], string[]] = [[], []]
  await classic.registerProcessor('seen', {
    stream: visits,
    process({ data }, state) {
      state.updateState(data.user, state.getState(data.user, { initial: 0 }) + 1)
    },
  })
  await classic.createTumblingWindow('per-minute', {
    stream: visits,
    size: '1m',
    to: ({ count }) => void counts.push(count),
  })
  await classic.joinStreams<Visit, Visit>('paid', {
    left: visits,
    right: payments,
    on: 'data.user',
    within: '5m',
    to: ({ left }) => void paid.push(`${left?.data.user}`),
  })

  for (const [user, seconds] of [
    ['ann', 0],
    ['bob', 50],
    ['ann', 61],
  ] as const) {
    await visits.publish({ type: 'view', data: { user }, eventTime: seconds * 1000 })
  }
  await payments.publish({ type: 'payment', data: { user: 'bob' }, eventTime: 90_000 })
  await classic.drain()

  expect(classic.getState('ann')).toBe(2)
  expect(counts).toEqual([2, 1])
  expect(paid).toEqual(['bob'])
  const done = await classic.processBatch(payments, { size: 5, handler: () => undefined })
  expect(done).toEqual({ processed: 1, remaining: 0 })
})
