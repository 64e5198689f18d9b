import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { describe } from 'vitest'
import { anomaly } from './anomaly.ts'
import { mad } from './detectors/mad.ts'
import { rangeRule } from './detectors/range-rule.ts'
import { rrcf } from './detectors/rrcf.ts'

const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 2, arbitrary: fc.constantFrom(1000, null, undefined) },
  { weight: 1, arbitrary: fc.constantFrom('x', Number.NaN, Infinity, [1]) },
)
const records = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      time: fc.nat({ max: 30 }),
      sensor: fc.constantFrom('a', 'b'),
      temp: value,
      load: value,
    }),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
)
const options = {
  by: ['sensor'],
  records,
  timestamp: (record: unknown, index: number): number =>
    typeof record === 'object' && record !== null && 'time' in record
      ? (record.time as number)
      : index,
  disorderMs: 5,
}

describe('of one number', () => {
  stageLaws(anomaly, {
    ...options,
    parameters: [
      { field: 'temp', detector: rangeRule, warmup: 2 },
      { field: 'temp', detector: mad, warmup: 2, missing: 'last', threshold: 0.5 },
    ],
  })
})

const told = fc.record({
  time: fc.nat({ max: 30 }),
  sensor: fc.constantFrom('a', 'b'),
  anomaly: fc.record({ time: fc.oneof(fc.nat({ max: 30 }), fc.constant(null)) }),
})

describe('with feedback and drift', () => {
  stageLaws(anomaly, {
    ...options,
    inputs: ['in', 'feedback'],
    records: { in: records, feedback: told },
    parameters: [
      { field: 'temp', detector: rangeRule, warmup: 2, threshold: 0.3, drift: 'adwin' },
      {
        field: 'temp',
        detector: mad,
        warmup: 2,
        threshold: { budget: 3 },
        drift: { 'page-hinkley': {} },
        forget: 'detector',
        refractory: '2ms',
      },
    ],
  })
})

describe('of several', () => {
  stageLaws(anomaly, {
    ...options,
    parameters: [
      { fields: ['temp', 'load'], detector: rrcf, warmup: 1, as: 'found', threshold: 0.5 },
      { fields: ['temp', 'load'], detector: { module: rrcf, parameters: {} }, missing: 'last' },
    ],
  })
})
