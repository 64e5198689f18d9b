import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { describe } from 'vitest'
import { dedupe } from './dedupe.ts'

const records = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      time: fc.nat({ max: 30 }),
      user: fc.constantFrom('a', 'b'),
      action: fc.oneof(fc.constantFrom('open', 1, '1', null, true), fc.constant([])),
    }),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
)
const timestamp = (record: unknown, index: number): number =>
  typeof record === 'object' && record !== null && 'time' in record
    ? (record.time as number)
    : index
const options = { records, timestamp }

describe('of fields', () => {
  stageLaws(dedupe, {
    ...options,
    disorderMs: 8,
    parameters: [
      { within: '5ms', of: 'action' },
      { within: '12ms', of: ['user', 'action'] },
    ],
  })
})

describe('by key', () => {
  stageLaws(dedupe, {
    ...options,
    by: ['user'],
    parameters: [{ within: '5ms' }, { within: '12ms', of: 'action' }],
  })
})
