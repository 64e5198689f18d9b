import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { describe } from 'vitest'
import { pattern } from './pattern.ts'

const small = { name: 'small', where: 'amount < 5' }
const large = { name: 'large', where: 'amount > 10 * small.amount' }
const select = { from: 'small.amount', to: 'large.amount', place: "key('card')" }
const patterns = [
  { steps: [small, large], within: '9ms', select },
  {
    steps: [small, large],
    within: '9ms',
    select,
    skip: 'toNext',
    timeouts: { from: 'small.amount' },
  },
  { steps: [small, { not: 'amount > 20' }, { ...large, follows: 'directly' }], within: '20ms' },
  {
    steps: [{ ...small, times: '2..' }, { not: 'amount > last(small).amount + 3' }],
    within: '12ms',
    select: { n: 'size(small)', mean: '1 / (first(small).amount - 2)' },
    timeouts: {},
  },
  { steps: [{ name: 'any', times: 3 }], within: '1s', most: 2 },
]
const records = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      time: fc.nat({ max: 40 }),
      amount: fc.oneof(fc.nat(6), fc.nat(60), fc.constantFrom(null, 'x')),
      card: fc.constantFrom('a', 'b', 7),
    }),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
)
const options = {
  by: ['card'],
  records,
  runs: 40,
  parameters: patterns,
  timestamp: (record: unknown, index: number): number =>
    typeof record === 'object' && record !== null && 'time' in record
      ? (record.time as number)
      : index,
}

describe('in the order of event time', () => {
  stageLaws(pattern, { ...options, timestamp: (_record, index) => 2 * index })
})

describe('with disorder, and later than that', () => {
  stageLaws(pattern, { ...options, disorderMs: 8 })
})
