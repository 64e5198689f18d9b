import { expect, it } from 'vitest'
import { classicAt } from './classic-at.test-support.ts'

/** Everything that is held, whatever it is. */
const total = (retained: object): number =>
  Object.values(retained).reduce((sum: number, count: number) => sum + count, 0)

it(
  'holds no more after a million events than after a few thousand',
  { timeout: 120_000 },
  async () => {
    const classic = classicAt(0, { keepDeadLetters: 100 })
    const stream = await classic.createStream<number>('s', { disorder: '100ms' })
    await classic.registerProcessor('check', {
      stream,
      process: ({ data }, state) => {
        if (data % 1000 === 0) throw new Error('a failure now and then')
        state.updateState(`${data % 10}`, data)
        return data
      },
      to: () => undefined,
    })
    await classic.createTumblingWindow('w', { stream, size: '1s', keep: 3 })
    let most = 0

    for (let data = 0; data < 1_000_000; data++) {
      await stream.publish({ type: 'n', data, eventTime: data })
      if (data % 5000 === 0) most = Math.max(most, total(classic.report().retained))
    }
    await classic.settled()

    expect(stream.metrics().processors).toMatchObject([{ received: 1_000_000, failed: 1000 }])
    expect(most).toBeLessThan(25_000)
    expect(classic.report().retained).toEqual({
      waiting: 0,
      buffered: 0,
      windowState: 1,
      openWindows: 1,
      closedWindows: 3,
      windowEvents: 4000,
      deadLetters: 100,
      state: 10,
    })
    await classic.drain()
    expect(classic.report().retained).toMatchObject({ windowState: 0, openWindows: 0 })
  },
)
