import { type ActorRef, type ActorSpec, defineTopic } from '@millrace/core'
import { expect, it } from 'vitest'
import { type BehaviorKit, behaviorKit } from './behavior-kit.ts'

type Order = { readonly kind: 'order'; readonly item: string } | 'timeout' | 'gone'

/** Asks a store for each item and gives up after a second. */
function clerk(store: ActorRef<unknown>, log: ActorRef<string>): ActorSpec<Order> {
  return {
    id: 'clerk',
    create(context) {
      const helper = context.spawn<string>({
        id: 'helper',
        create: () => ({ receive: () => undefined }),
      })
      context.watch(helper, () => 'gone')
      return {
        async receive(order) {
          if (order === 'gone') context.stop()
          else if (order === 'timeout') log.tell('late')
          else {
            context.timers.once('patience', 1000, 'timeout')
            const shelf = await store.ask<string>((reply) => ({ item: order.item, reply }), {
              timeoutMs: 500,
            })
            context.timers.cancel('patience')
            log.tell(`${order.item} is on ${shelf}`)
          }
        },
        onStop: () => log.tell('closed', 'control'),
      }
    },
  }
}

const setUp = (): BehaviorKit<Order> => behaviorKit((ref) => clerk(ref('store'), ref('log')))

it('gives what the making did as data', () => {
  const kit = setUp()

  expect(kit.effects()).toEqual([
    { kind: 'spawned', actor: 'helper' },
    { kind: 'watched', actor: 'helper' },
  ])
  expect(kit.effects()).toEqual([])
})

it('runs one message by hand; the test answers its question', async () => {
  const kit = setUp()
  kit.effects()

  const handled = kit.run({ kind: 'order', item: 'tea' })
  expect(kit.effects()).toMatchObject([
    { kind: 'timerSet', name: 'patience', timer: 'once', ms: 1000, message: 'timeout' },
    { kind: 'asked', to: 'store', message: { item: 'tea' }, timeoutMs: 500 },
  ])

  kit.answer('shelf 3')
  await handled
  expect(kit.effects()).toEqual([
    { kind: 'timerCanceled', name: 'patience' },
    { kind: 'sent', to: 'log', message: 'tea is on shelf 3', lane: 'user' },
  ])
})

it('lets timers ring, watched actors end and the behavior stop', async () => {
  const kit = setUp()
  void kit.run({ kind: 'order', item: 'tea' })
  kit.effects()

  await kit.fire('patience')
  await kit.end('helper')
  await kit.stop()

  expect(kit.inbox('log')).toEqual(['late', 'closed'])
  expect(kit.effects()).toEqual([
    { kind: 'sent', to: 'log', message: 'late', lane: 'user' },
    { kind: 'stopped' },
    { kind: 'sent', to: 'log', message: 'closed', lane: 'control' },
  ])
  expect(() => kit.fire('patience')).toThrow('the timer "patience" is set')
})

it('follows what the behavior became and what it subscribed to', async () => {
  const prices = defineTopic<number>('prices')
  const kit = behaviorKit<number>((ref) => ({
    create: (context) => ({
      receive(price) {
        context.subscribe(prices, (event) => event)
        context.become({ receive: (later) => ref<number>('log').tell(later - price) })
      },
    }),
  }))

  await kit.run(5)
  await kit.publish(prices, 8)

  expect(kit.effects()).toEqual([
    { kind: 'subscribed', topic: 'prices' },
    { kind: 'became' },
    { kind: 'sent', to: 'log', message: 3, lane: 'user' },
  ])
})
