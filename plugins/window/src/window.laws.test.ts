import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { describe } from 'vitest'
import sortedEvens from './sorted-evens.test-support.ts'
import { window } from './window.ts'

const aggregate = {
  n: 'count()',
  mean: 'mean(delay)',
  last: 'last(origin)',
  half: { value: 'quantile(delay, 0.5)', where: 'delay > 0' },
}
const kinds = [
  { tumbling: '7ms' },
  { sliding: { size: '10ms', every: '4ms' } },
  { session: '3ms' },
  { cumulate: { size: '12ms', step: '4ms' } },
  { global: true },
]
const emits = ['final', 'onTime', 'update', { every: '5ms' }, { every: 2 }]
const records = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      time: fc.nat({ max: 40 }),
      delay: fc.oneof(fc.integer({ min: -20, max: 60 }), fc.constantFrom(null, 'x')),
      origin: fc.constantFrom('SFO', 'JFK', 7),
    }),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
)
const options = {
  by: ['origin'],
  records,
  runs: 25,
  timestamp: (record: unknown, index: number): number =>
    typeof record === 'object' && record !== null && 'time' in record
      ? (record.time as number)
      : index,
}

describe.each(kinds)('%j', (kind) => {
  stageLaws(window, {
    ...options,
    parameters: emits.map((emit) => ({ aggregate, emit, ...kind })),
  })
})

describe('with disorder and lateness', () => {
  stageLaws(window, {
    ...options,
    disorderMs: 6,
    parameters: kinds.slice(0, 4).map((kind) => ({ aggregate, lateness: '9ms', ...kind })),
  })
})

describe('of numbers only, which several workers may fold', () => {
  const aggregate = { n: 'count()', mean: 'mean(10 / (delay - 3))', most: 'max(delay)' }
  const some = [kinds[0], kinds[1], kinds[3]]
  stageLaws(window, {
    ...options,
    runs: 50,
    parameters: some.flatMap((kind) => [
      { aggregate, ...kind },
      { aggregate, lateness: '3ms', ...kind },
    ]),
  })
})

describe('count', () => {
  stageLaws(window, {
    ...options,
    parameters: [
      { aggregate, count: 3 },
      { aggregate, count: 3, maxWait: '5ms' },
    ],
  })
})

describe('an emitter', () => {
  stageLaws(window, {
    ...options,
    records: fc.record({
      time: fc.nat({ max: 40 }),
      x: fc.integer({ min: -20, max: 60 }),
      origin: fc.constantFrom('SFO', 'JFK'),
    }),
    parameters: [
      { aggregate: { evens: 'list(x)', n: 'count()' }, emitter: sortedEvens },
      {
        aggregate: { evens: 'list(x)' },
        emitter: { module: sortedEvens, parameters: { size: 4, maxWaitMs: 6 } },
      },
    ],
  })
})
