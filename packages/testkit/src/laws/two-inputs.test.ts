import { defineStage, type StageDefinition } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { checkStageLaws, listStageLaws, stageLaws } from './stage-laws.ts'

interface Order {
  readonly id: number
  readonly item: string
}

interface Payment {
  readonly order: number
  readonly amount: number
  readonly note: string
}

const parameters = z.strictObject({})
type Definition = Omit<StageDefinition<Record<string, never>>, 'kind'>

/** Hands on each payment with the item of its order: the variants below have one fault each. */
const base: Definition = {
  name: 'paid',
  summary: 'Matches payments with orders.',
  parameters,
  inputs: ['orders', 'payments'],
  keeps: 'state',
  absorbs: true,
  reads: () => ['item', 'amount'],
  shape: (_parameters, { keys }) => ({ out: [...keys, 'item', 'amount'] }),
  create({ state }) {
    const item = state.value<string | undefined>('item', { initial: () => undefined })
    return {
      on: {
        orders: (order: Order) => item.set(order.item),
        payments({ amount }: Payment, context) {
          if (item.get() === undefined) context.reject('NO_ORDER', 'There is no such order.')
          return { ...context.key, item: item.get(), amount }
        },
      },
    }
  },
}

const options = {
  by: { orders: ['id'], payments: ['order'] },
  records: {
    orders: fc.record({ id: fc.nat({ max: 2 }), item: fc.constantFrom('tea', 'milk') }),
    payments: fc.record({
      order: fc.nat({ max: 2 }),
      amount: fc.integer({ min: 1, max: 9 }),
      note: fc.constantFrom('a', 'b'),
    }),
  },
  seed: 5,
}

const mutants: { fault: string; law: string; changes: Partial<Definition> }[] = [
  {
    fault: 'keeps what came by one input in its instance',
    law: 'restart',
    changes: {
      create() {
        const items = new Map<number, string>()
        return {
          on: {
            orders: ({ id, item }: Order) => void items.set(id, item),
            payments: ({ order, amount }: Payment) => ({
              id: order,
              item: items.get(order),
              amount,
            }),
          },
        }
      },
    },
  },
  {
    fault: 'changes the records of its second input',
    law: 'input',
    changes: {
      create: () => ({
        on: {
          orders: () => undefined,
          payments: (payment: Payment) => Object.assign(payment, { seen: true }),
        },
      }),
    },
  },
  {
    fault: 'reads a field of its second input that it does not name',
    law: 'reads',
    changes: {
      create: () => ({
        on: {
          orders: () => undefined,
          payments: ({ note, amount }: Payment) => (note === 'a' ? { amount } : undefined),
        },
      }),
    },
  },
  {
    fault: 'emits and skips a record of its first input',
    law: 'conservation',
    changes: {
      create: () => ({
        on: {
          orders({ item }: Order, context) {
            context.skip('order')
            return { item }
          },
          payments: ({ amount }: Payment) => ({ amount }),
        },
      }),
    },
  },
  {
    fault: 'changes its state before it has read all of a record of its second input',
    law: 'failures',
    changes: {
      create({ state }) {
        const sums = state.numbers('sums', { create: () => ({ payments: 0 }) })
        return {
          on: {
            orders: ({ item }: Order) => ({ item, amount: sums.get().payments }),
            payments(payment: Payment) {
              sums.get().payments++
              return { amount: payment.amount, item: payment.note }
            },
          },
        }
      },
    },
  },
]

stageLaws(defineStage(base), { ...options, runs: 30 })

it.each(mutants)('a stage that $fault is caught by the law $law', async ({ law, changes }) => {
  const laws = listStageLaws(defineStage({ ...base, ...changes }), options)

  const meant = laws.find(({ id }) => id === law)

  await expect(meant?.check()).rejects.toMatchObject({ code: 'TST_LAW' })
})

it('gives the same records to every input where they are not told apart', async () => {
  const records = fc.constant({ id: 1, order: 1, item: 'tea', amount: 2 })

  const proof = checkStageLaws(defineStage(base), { ...options, records, runs: 5 })

  await expect(proof).resolves.toBeUndefined()
})

it('refuses records of fewer inputs than the stage has', () => {
  const { orders } = options.records

  expect(() => listStageLaws(defineStage(base), { ...options, records: { orders } })).toThrow(
    'records is without one, not an arbitrary for each of orders, payments.',
  )
})
