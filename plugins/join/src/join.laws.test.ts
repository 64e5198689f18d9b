import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { describe } from 'vitest'
import { join } from './join.ts'

const records = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      at: fc.nat({ max: 40 }),
      id: fc.constantFrom(1, 2, null),
      amount: fc.oneof(fc.integer({ min: -20, max: 60 }), fc.constantFrom(null, 'x')),
    }),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
)
const options = {
  by: ['id'],
  records,
  runs: 20,
  disorderMs: 6,
  timestamp(record: unknown, index: number): number {
    const at: unknown = Object.getOwnPropertyDescriptor(Object(record), 'at')?.value
    return typeof at === 'number' ? at : index
  },
}
const pairKinds = ['inner', 'left', 'right', 'full', 'semi', 'anti']
const lookupKinds = ['inner', 'left', 'semi', 'anti']
const select = { sum: 'left.amount + right.amount', id: "key('id')", at: 'eventTime()' }

describe('within', () => {
  const some = pairKinds.map((kind) => ({ kind, within: { before: '3ms', after: '8ms' } }))
  stageLaws(join, { ...options, parameters: some })
})

describe('in a window, with lateness', () => {
  const some = pairKinds.map((kind) => ({ kind, window: { tumbling: '7ms' }, lateness: '5ms' }))
  stageLaws(join, { ...options, parameters: some })
})

describe('with a table, and as of', () => {
  const some = lookupKinds.flatMap((kind) => [
    { kind, table: 'right' },
    { kind, asOf: 'left', within: '9ms' },
  ])
  stageLaws(join, { ...options, parameters: some })
})

describe('with select', () => {
  const some = [...pairKinds.map((kind) => ({ kind, within: '5ms' })), { asOf: 'right' }]
  stageLaws(join, { ...options, parameters: some.map((one) => ({ ...one, select })) })
})
