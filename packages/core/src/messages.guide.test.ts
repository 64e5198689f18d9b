import { type Behavior, createActorSystem, createManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'

type Message =
  | { type: 'price'; item: string; price: number }
  | { type: 'quote'; item: string; reply: (price: number) => void }

it('answers a question that came too early as soon as it can', async () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const prices = system.spawn<Message>({
    id: 'prices',
    restart: 'permanent',
    create: (context): Behavior<Message> => {
      const known = new Map<string, number>()
      return {
        receive(message) {
          if (message.type === 'price') {
            known.set(message.item, message.price)
            // Questions that came too early come once more, first of all.
            context.unstashAll()
            return
          }
          const price = known.get(message.item)
          if (price === undefined) context.stash()
          else message.reply(price)
        },
      }
    },
  })

  const price = prices.ask<number>((reply) => ({ type: 'quote', item: 'tea', reply }), {
    timeoutMs: 1000,
  })
  prices.tell({ type: 'price', item: 'tea', price: 3 })
  runtime.runUntilIdle()

  expect(await price).toBe(3)
})
