import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { describe } from 'vitest'
import { topN } from './top-n.ts'

const records = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      time: fc.nat({ max: 40 }),
      player: fc.constantFrom('a', 'b', 7),
      score: fc.oneof(fc.integer({ min: -3, max: 5 }), fc.constantFrom(null, 'x')),
    }),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
)
const options = {
  by: ['player'],
  records,
  timestamp: (record: unknown, index: number): number =>
    typeof record === 'object' && record !== null && 'time' in record
      ? (record.time as number)
      : index,
}

describe('over the whole input', () => {
  stageLaws(topN, {
    ...options,
    parameters: [
      { n: 2, of: 'score' },
      { n: 1, of: '-score', order: 'ascending', emit: { every: '6ms' } },
      { n: 2, of: 'score', ties: true, emit: { every: '6ms' } },
    ],
  })
})

describe('per window', () => {
  stageLaws(topN, {
    ...options,
    disorderMs: 5,
    parameters: [
      { n: 2, of: 'score', window: { tumbling: '10ms' } },
      {
        n: 1,
        of: 'score',
        ties: true,
        window: { sliding: { size: '9ms', every: '4ms' }, lateness: '6ms' },
      },
    ],
  })
})
