import { expect, it } from 'vitest'

import type { ActorRef, OfferResult } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { createRecorder } from './recorder.test-support.ts'
import { createActorSystem } from './system.ts'

function setUp(capacity: number) {
  const recorder = createRecorder({ restart: 'permanent', mailbox: { capacity } })
  recorder.runtime.runUntilIdle()
  return recorder
}

it('answers at once while there is room, then waits in line', async () => {
  const { runtime, system, actor, seen } = setUp(2)
  const overflows: unknown[] = []
  system.events.on('overflow', ({ message, policy }) => overflows.push([message, policy]))

  const first = actor.offer('a')
  const results = ['b', 'c', 'd'].map(async (message) => actor.offer(message))
  runtime.runUntilIdle()

  expect(first).toBe('queued')
  expect(await Promise.all(results)).toEqual(['queued', 'queued', 'queued'])
  expect(seen).toEqual(['a', 'b', 'c', 'd'])
  expect(overflows).toEqual([
    ['c', 'wait'],
    ['d', 'wait'],
  ])
})

it('says that the actor has ended, and leaves the message with its sender', async () => {
  const { runtime, system, actor } = setUp(1)
  const dead: unknown[] = []
  system.events.on('deadLetter', ({ message }) => dead.push(message))

  const results = ['a', 'b'].map(async (message) => actor.offer(message))
  void actor.stop()
  runtime.runUntilIdle()

  expect(await Promise.all(results)).toEqual(['queued', 'stopped'])
  expect(actor.offer('c')).toBe('stopped')
  expect(dead).toEqual(['a'])
  expect(system.messages()).toMatchObject({ sent: 1, dead: 1 })
})

it('keeps waiting over a restart', async () => {
  const { runtime, actor, seen } = setUp(1)

  const results = ['crash', 'next'].map(async (message) => actor.offer(message))
  runtime.runUntilIdle()

  expect(await Promise.all(results)).toEqual(['queued', 'queued'])
  expect(seen).toEqual(['crash', 'next'])
})

it('slows a sender that waits for each of its offers down to the pace of the receiver', async () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  let mostQueued = 0
  const slow: ActorRef<number> = system.spawn<number>({
    id: 'slow',
    mailbox: { capacity: 3 },
    create: () => ({
      receive() {
        mostQueued = Math.max(mostQueued, slow.queued)
        return new Promise((resolve) => runtime.timer(10, resolve))
      },
    }),
  })
  const results: OfferResult[] = []
  const send = async (): Promise<void> => {
    for (let number = 0; number < 20; number++) results.push(await slow.offer(number))
  }

  const sending = send()
  await runtime.elapse(1000)
  await sending

  expect(mostQueued).toBeLessThanOrEqual(3)
  expect(results).toEqual(Array.from({ length: 20 }, () => 'queued'))
  expect(runtime.now()).toBe(1000)
})

it('lets no later offer overtake one that waits, also while a handler is at work', async () => {
  const { actor, runtime, seen } = createRecorder(
    { mailbox: { capacity: 1 } },
    (_, { timer }) => new Promise<void>((resolve) => timer(10, resolve)),
  )

  const early = ['a', 'b'].map(async (message) => actor.offer(message))
  await runtime.elapse(5)
  const late = actor.offer('c')
  await runtime.elapse(100)

  expect(await Promise.all([...early, late])).toEqual(['queued', 'queued', 'queued'])
  expect(seen).toEqual(['a', 'b', 'c'])
})
