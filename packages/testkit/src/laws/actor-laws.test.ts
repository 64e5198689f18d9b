import type { ActorSpec } from '@millrace/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { actorLaws, checkActorLaws, listActorLaws } from './actor-laws.ts'
import type { ActorWorld } from './run-actor.ts'

interface Order {
  item: string
  price: number
}

type Make = (world: ActorWorld) => ActorSpec<Order>

const messages = fc.record({
  item: fc.constantFrom('tea', 'milk'),
  price: fc.integer({ min: 1, max: 9 }),
})
const options = { messages, seed: 3 }

/** Adds up orders, tells each sum to the till, and reports the last one when nothing came for a second. */
const cashier: Make = ({ ref, report }) => {
  const till = ref<number>('till')
  return {
    id: 'cashier',
    create({ timers }) {
      let sum = 0
      return {
        receive({ item, price }) {
          if (item === 'quiet') return report(sum)
          sum += price
          till.tell(sum)
          timers.once('quiet', 1000, { item: 'quiet', price: 0 })
        },
      }
    },
  }
}

/** Looks each price up, which takes time. */
const clerk: Make = ({ ref, sleep }) => ({
  id: 'clerk',
  create: () => ({
    async receive({ price }) {
      await sleep(price)
      ref('till').tell(price)
    },
  }),
})

actorLaws(cashier, options)
actorLaws(clerk, { ...options, keeps: 'nothing' })

const shared = { sum: 0 }

const mutants: { fault: string; law: string; actor: Make; keeps?: 'nothing' }[] = [
  {
    fault: 'keeps its sum outside of its incarnation',
    law: 'restart',
    actor: ({ report }) => {
      let sum = 0
      return { id: 'm', create: () => ({ receive: ({ price }) => report((sum += price)) }) }
    },
  },
  {
    fault: 'keeps its sum outside of the system',
    law: 'determinism',
    actor: ({ report }) => ({
      id: 'm',
      create: () => ({ receive: ({ price }) => report((shared.sum += price)) }),
    }),
  },
  {
    fault: 'throws dice',
    law: 'determinism',
    actor: ({ report }) => ({
      id: 'm',
      create: () => ({ receive: () => report(Math.random()) }),
    }),
  },
  {
    fault: 'looks at the clock',
    law: 'determinism',
    actor: ({ report }) => ({ id: 'm', create: () => ({ receive: () => report(Date.now()) }) }),
  },
  {
    fault: 'keeps itself busy for ever',
    law: 'determinism',
    actor: () => ({
      id: 'm',
      create: ({ self }) => ({ receive: (order) => self.tell(order) }),
    }),
  },
  {
    fault: 'changes its messages',
    law: 'input',
    actor: () => ({ id: 'm', create: () => ({ receive: (order) => void order.price++ }) }),
  },
  {
    fault: 'counts who waits',
    law: 'batches',
    actor: ({ report }) => ({
      id: 'm',
      create: ({ self }) => ({ receive: () => report(self.queued) }),
    }),
  },
  {
    fault: 'goes on after its end',
    law: 'stop',
    actor: ({ report, sleep }) => ({
      id: 'm',
      create: () => ({ receive: () => void sleep(700).then(() => report('late')) }),
    }),
  },
  {
    fault: 'never ends by itself',
    law: 'ends',
    actor: () => ({
      id: 'm',
      create: () => ({ receive: () => undefined, onStop: () => new Promise(() => undefined) }),
    }),
  },
  {
    fault: 'crashes on milk',
    law: 'survives',
    actor: () => ({
      id: 'm',
      create: () => ({
        receive({ item }) {
          if (item === 'milk') throw new Error('no milk')
        },
      }),
    }),
  },
  {
    fault: 'remembers and says that it does not',
    law: 'forgets',
    keeps: 'nothing',
    actor: cashier,
  },
]

it.each(mutants)(
  'an actor that $fault is caught by the law $law',
  async ({ actor, law, keeps }) => {
    const laws = listActorLaws(actor, { ...options, ...(keeps && { keeps }) })

    const meant = laws.find(({ id }) => id === law)

    await expect(meant?.check()).rejects.toMatchObject({ code: 'TST_LAW' })
  },
)

it('has a mutant for every law', () => {
  const laws = listActorLaws(clerk, { ...options, keeps: 'nothing' }).map(({ id }) => id)

  expect(new Set(mutants.map(({ law }) => law))).toEqual(new Set(laws))
})

it('shows the messages that break a law', async () => {
  const { actor } = mutants.find(({ law }) => law === 'survives') as (typeof mutants)[0]

  await expect(checkActorLaws(actor, options)).rejects.toThrow(
    'Actor "m" breaks the law "it takes every message without a crash". It crashed: no milk\n' +
      'For [[{"item":"milk","price":1}],undefined]',
  )
})
