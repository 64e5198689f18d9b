import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { describe } from 'vitest'
import { aggregate } from './aggregate.ts'

const aggregates = [
  { n: 'count()' },
  { mean: 'mean(delay)', most: 'max(delay)', least: 'min(delay)' },
  { sum: { value: 'sum(delay)', where: 'delay > 5' }, first: 'first(origin)' },
  { half: 'quantile(delay, 0.5)', n: 'count()' },
]
const records = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      delay: fc.oneof(
        fc.integer({ min: -20, max: 60 }),
        fc.float({ min: -1e6, max: 1e6 }),
        fc.constantFrom(null, 'x'),
      ),
      origin: fc.constantFrom('SFO', 'JFK', 7),
    }),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
)

describe('with keys', () => {
  stageLaws(aggregate, {
    by: ['origin'],
    parameters: aggregates.flatMap((aggregate) => [
      { aggregate },
      { aggregate, emit: 'update' },
      { aggregate, emit: { every: '5ms' } },
    ]),
    records,
    runs: 25,
  })
})

describe('without', () => {
  stageLaws(aggregate, {
    parameters: aggregates.flatMap((aggregate) => [{ aggregate }, { aggregate, emit: 'update' }]),
    records,
    runs: 25,
  })
})

describe('of numbers only, which several workers may fold', () => {
  const numbers = {
    n: 'count()',
    total: { value: 'sum(delay)', where: 'delay != 7' },
    mean: 'mean(10 / (delay - 3))',
    spread: 'stddev(delay)',
    most: 'max(delay)',
  }
  const options = { parameters: [{ aggregate: numbers }], records }

  stageLaws(aggregate, { ...options, by: ['origin'] })
  stageLaws(aggregate, options)

  describe('that cancel each other out', () => {
    const delay = fc.constantFrom(5, -2.1404944908829696e108, 1.3e108, Number.MAX_VALUE)
    stageLaws(aggregate, { ...options, records: fc.record({ delay }), runs: 200 })
  })
})

describe('with records behind the watermark', () => {
  stageLaws(aggregate, {
    by: ['origin'],
    parameters: aggregates.map((aggregate) => ({ aggregate, emit: { every: '5ms' } })),
    records: fc.record({
      time: fc.nat({ max: 30 }),
      delay: fc.nat({ max: 9 }),
      origin: fc.constantFrom('SFO', 'JFK'),
    }),
    runs: 40,
    timestamp: (record) => (record as { time: number }).time,
  })
})
