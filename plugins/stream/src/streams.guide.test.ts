import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStream } from '@millrace/stream'
import { expect, it } from 'vitest'

interface Order {
  readonly id: number
  readonly amount: number
}

it('appends orders and bills them in twos', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'orders-'))
  const orders = await openStream<Order>('orders', { dir })
  const bills: number[] = []

  // Resolves when the order is on the disk, to its offset.
  const offset = await orders.append({ id: 1, amount: 10 })
  await orders.append({ id: 2, amount: 20 })
  await orders.append({ id: 3, amount: 30 })
  // Nothing more will come: who consumes it ends. Leave it out for a stream that goes on.
  await orders.end()

  const counts = await orders.consume(
    // What it returns goes to the sink. A throw: the window is tried again later.
    ({ values }) => values.reduce((sum, { amount }) => sum + amount, 0),
    { group: 'billing', size: 2, sink: (sum) => void bills.push(Number(sum)) },
  )
  await orders.close()

  expect(offset).toBe(0)
  expect(bills).toEqual([30, 30])
  expect(counts).toEqual({ done: 2, failed: 0, dead: 0 })
})
