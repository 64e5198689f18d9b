import { defineStage } from '@millrace/sdk'
import { runStage } from '@millrace/testkit'
import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'

interface Order {
  readonly id: number
  readonly item: string
}

interface Payment {
  readonly order: number
  readonly amount: number
}

// A stage with two inputs: hands on each payment with the item of its order.
const paid = defineStage({
  name: 'paid',
  summary: 'Matches payments with orders.',
  parameters: z.strictObject({}),
  inputs: ['orders', 'payments'],
  keeps: 'state',
  absorbs: true,
  create({ state }) {
    const item = state.value<string | undefined>('item', { initial: () => undefined })
    return {
      on: {
        orders: (order: Order) => item.set(order.item),
        payments({ amount }: Payment, context) {
          const known = item.get()
          if (known === undefined) context.reject('NO_ORDER', 'There is no such order.')
          return { item: known, amount }
        },
      },
    }
  },
})

const by = { orders: ['id'], payments: ['order'] }

it('refuses a payment that comes before its order', async () => {
  const input = [
    { order: 1, amount: 5 },
    { id: 1, item: 'tea' },
    { order: 1, amount: 7 },
  ]
  const to = (record: unknown) => ('id' in (record as object) ? 'orders' : 'payments')

  const run = await runStage(paid, { by, input, to })

  expect(run.output).toEqual([{ item: 'tea', amount: 7 }])
  expect(run.rejected.map(({ code }) => code)).toEqual(['NO_ORDER'])
})

// Records of each input: the laws have them arrive in any order.
stageLaws(paid, {
  by,
  records: {
    orders: fc.record({ id: fc.nat({ max: 3 }), item: fc.constantFrom('tea', 'milk') }),
    payments: fc.record({ order: fc.nat({ max: 3 }), amount: fc.nat() }),
  },
})
