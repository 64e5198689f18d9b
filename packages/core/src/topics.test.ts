import { expect, it } from 'vitest'

import { createManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'
import { defineTopic } from './topics.ts'

const orders = defineTopic<{ readonly amount: number }>('orders')
const refunds = defineTopic<{ readonly amount: number }>('refunds')

function setUp() {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const seen: string[] = []
  const actor = system.spawn<string>({
    id: 'a',
    restart: 'permanent',
    create: (context) => {
      if (context.incarnation === 1) {
        context.subscribe(orders, ({ amount }) => `first ${amount}`)
        context.subscribe(orders, ({ amount }) => `order ${amount}`)
        context.subscribe(refunds, ({ amount }) => `refund ${amount}`)
      }
      return {
        receive(message) {
          if (message === 'crash') throw new Error('crash')
          if (message === 'unsubscribe') context.unsubscribe(refunds)
          if (message === 'refund 2') context.publish(orders, { amount: 4 })
          seen.push(message)
        },
      }
    },
  })
  runtime.runUntilIdle()
  return { runtime, system, actor, seen }
}

it('brings an actor the events of the topics it subscribed to, until it unsubscribes', () => {
  const { runtime, system, actor, seen } = setUp()

  const counts = [
    system.stream.publish(orders, { amount: 1 }),
    system.stream.publish(refunds, { amount: 2 }),
  ]
  actor.tell('unsubscribe')
  runtime.runUntilIdle()
  counts.push(system.stream.publish(refunds, { amount: 3 }))
  runtime.runUntilIdle()

  expect(seen).toEqual(['order 1', 'refund 2', 'unsubscribe', 'order 4'])
  expect(counts).toEqual([1, 1, 0])
})

it('ends a subscription with the incarnation that made it', () => {
  const { runtime, system, actor, seen } = setUp()
  actor.tell('crash')
  runtime.runUntilIdle()

  const count = system.stream.publish(orders, { amount: 1 })
  runtime.runUntilIdle()

  expect(count).toBe(0)
  expect(seen).toEqual([])
})

it('reports what a subscriber makes of an event by throwing, and disturbs nobody', () => {
  const { runtime, system, seen } = setUp()
  system.spawn<string>({
    id: 'b',
    create: (context) => {
      context.subscribe(orders, () => {
        throw new Error('cannot make it')
      })
      return { receive() {} }
    },
  })
  runtime.runUntilIdle()

  const count = system.stream.publish(orders, { amount: 1 })

  expect(count).toBe(2)
  expect(() => runtime.runUntilIdle()).toThrow('cannot make it')
  runtime.runUntilIdle()
  expect(seen).toEqual(['order 1'])
})
