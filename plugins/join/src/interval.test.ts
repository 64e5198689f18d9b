import { runStage } from '@millrace/testkit'
import { expect, it } from 'vitest'
import { join } from './join.ts'

const run = (parameters: unknown, input: readonly object[]) =>
  runStage(join, {
    parameters,
    inputs: ['order', 'payment'],
    by: { order: ['id'], payment: ['orderId'] },
    to: (record) => (Object.hasOwn(record as object, 'orderId') ? 'payment' : 'order'),
    timestamp: (record) => (record as { at: number }).at,
    input,
  })

it('an order and its payment 300 s apart are joined, once; 301 s apart they are not', async () => {
  const input = [
    { id: 1, at: 0 },
    { id: 2, at: 1000 },
    { orderId: 1, at: 300_000 },
    { orderId: 2, at: 302_000 },
  ]

  const { output, counts } = await run({ within: '300s' }, input)

  expect(output).toEqual([{ id: 1, order: input[0], payment: input[2] }])
  expect(counts).toMatchObject({ in: 4, used: 4 })
  expect((await run({ within: '299s' }, input)).output).toEqual([])
})
