import type { Runtime } from '@millrace/base'
import { nodeRuntime } from '@millrace/job'
import { expect, it } from 'vitest'
import { Classic } from './classic.ts'

/** A clock that goes on only with the timers that are waited for. */
class Clock implements Runtime {
  ms = 0
  readonly random = nodeRuntime.random
  readonly schedule = nodeRuntime.schedule
  readonly yield = nodeRuntime.yield
  now = (): number => this.ms
  monotonic = (): number => this.ms

  timer = (delayMs: number, task: () => void): (() => void) => {
    const due = this.ms + delayMs
    return nodeRuntime.timer(0, () => {
      this.ms = Math.max(this.ms, due)
      task()
    })
  }
}

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
