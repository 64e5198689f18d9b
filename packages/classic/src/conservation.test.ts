import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nodeRuntime } from '@millrace/job'
import { Classic } from './classic.ts'
import { classicAt, turns } from './classic-at.test-support.ts'

type Fate = 'pass' | 'filter' | 'throw' | 'reject' | 'twice'

const fate = fc.constantFrom<Fate>('pass', 'filter', 'throw', 'reject', 'twice')

it(
  'accounts for every event in a chain of streams, whatever becomes of it, once all is settled',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        async (fates, capacity, nextCapacity, isSlow) => {
          const classic = classicAt(0)
          const first = await classic.createStream<Fate>('first')
          const second = await classic.createStream('second', { disorder: '10ms' })
          await classic.registerProcessor('p', {
            stream: first,
            process: ({ data }, context) => {
              if (data === 'throw') throw new Error('thrown')
              if (data === 'reject') return context.reject('BAD', 'rejected')
              if (data === 'twice') context.emit(data)
              return data === 'filter' ? undefined : data
            },
            to: second,
            errors: { atMost: 1, of: 1000 },
            capacity,
          })
          let arrived = 0
          await classic.registerProcessor('q', {
            stream: second,
            process: async () => {
              if (isSlow) await turns(1)
              arrived++
            },
            capacity: nextCapacity,
          })
          await classic.createTumblingWindow('w', { stream: second, size: '20ms', keep: 100 })
          const count = (...wanted: readonly Fate[]): number =>
            fates.filter((one) => wanted.includes(one)).length

          for (const [eventTime, data] of fates.entries()) {
            await first.publish({ type: 'e', data, eventTime })
          }
          await classic.settled()

          const passed = count('pass', 'twice') + count('twice')
          const failed = count('throw', 'reject')
          expect(arrived).toBe(passed)
          expect(first.metrics().processors).toMatchObject([
            { processed: count('pass', 'twice'), filtered: count('filter'), failed, waiting: 0 },
          ])
          expect(classic.deadLetters()).toHaveLength(failed)
          expect(second.metrics()).toMatchObject({ published: passed })
          await classic.drain()
          const windows = classic.windows('w')
          expect(windows.reduce((sum, { events }) => sum + events.length, 0)).toBe(passed)
          expect(
            windows.every(({ closed, count, events }) => closed && count === events.length),
          ).toBe(true)
          expect(classic.report().retained).toMatchObject({ waiting: 0, windowState: 0 })
        },
      ),
      { numRuns: 60 },
    )
  },
)

it('is not settled while the results of a slow stage are on their way', async () => {
  let nowMs = 0
  // Each look at the clock finds that a turn has taken too long.
  const slow = { ...nodeRuntime, now: () => 0, monotonic: () => (nowMs += 5) }
  const classic = new Classic({ runtime: slow })
  const first = await classic.createStream<string>('first')
  const second = await classic.createStream<string>('second')
  await classic.registerProcessor('p', { stream: first, process: ({ data }) => data, to: second })
  let arrived = 0
  await classic.registerProcessor('q', { stream: second, process: () => void arrived++ })

  await first.publish({ type: 'e', data: 'x', eventTime: 0 })
  await classic.settled()

  expect(arrived).toBe(1)
  await classic.drain()
})
