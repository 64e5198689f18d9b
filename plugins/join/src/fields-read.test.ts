import { expect, it } from 'vitest'
import { join } from './join.ts'
import type { JoinParameters } from './join-parameters.ts'

const read = (parameters: Partial<JoinParameters>): readonly string[] | undefined =>
  join.reads?.({ kind: 'inner', lateness: '0s', within: '1m', ...parameters })

it('a join with select looks at the fields that it names, of either input', () => {
  const select = {
    id: 'order.id',
    city: "coalesce(order['address'].city, payment.city)",
    late: 'payment.at - order.at > 60000',
    source: "'web'",
    version: 2,
  }

  expect(read({ select })).toEqual(['id', 'address.city', 'city', 'at'])
})

it('with a window its bounds are no fields', () => {
  const select = { id: 'order.id', from: 'windowStart', to: 'windowEnd' }
  const window = { tumbling: '1h', offset: '0s' }

  expect(read({ select, window })).toEqual(['id'])
})

it('needs all of its records where a result holds a whole one', () => {
  expect(read({})).toBeUndefined()
  expect(read({ kind: 'semi' })).toBeUndefined()
  expect(read({ select: { order: 'order', paid: 'payment.amount' } })).toBeUndefined()
  expect(read({ select: { both: 'record' } })).toBeUndefined()
})
