import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { describe } from 'vitest'
import { sort } from './sort.ts'

const records = fc.record({
  time: fc.nat({ max: 30 }),
  key: fc.constantFrom('a', 'b', null),
  value: fc.jsonValue(),
})
const timestamp = (record: unknown): number => (record as { time: number }).time

describe('without disorder', () => {
  stageLaws(sort, { records, timestamp, parameters: [{}, { most: 2 }] })
})

describe('with disorder and keys', () => {
  stageLaws(sort, {
    records,
    timestamp,
    by: ['key'],
    disorderMs: 12,
    parameters: [{}, { most: 5 }],
  })
})
