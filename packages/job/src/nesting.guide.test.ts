import { pipeline } from '@millrace/job'
import { expect, it } from 'vitest'

interface Order {
  readonly amount: number
}

it('goes through other flows', async () => {
  const clean = pipeline('clean')
    .input<Order>()
    .filter((order) => order.amount > 0)
  const large = pipeline('large')
    .input<Order>()
    .through((order) => ({ ...order, size: 'large' }))

  const flow = pipeline('orders')
    .input<Order>()
    .through(clean)
    .choose((order) => order.amount > 100, large)

  const results: unknown[] = []
  for await (const order of flow.job().run([{ amount: 7 }, { amount: 0 }])) results.push(order)
  for await (const order of flow.job().run([{ amount: 120 }])) results.push(order)
  expect(results).toEqual([{ amount: 7 }, { amount: 120, size: 'large' }])
})
