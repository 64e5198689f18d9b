import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { drift } from './drift-stage.ts'

const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined, 'x', Number.NaN) },
)
// A stretch of records at a level of its own, so that there are drifts.
const records = fc.record({
  sensor: fc.constantFrom('a', 'b'),
  value,
  level: fc.constantFrom(0, 100),
})

stageLaws(drift, {
  by: ['sensor'],
  records,
  parameters: [
    { field: 'value + level', detector: { 'page-hinkley': {} } },
    { field: 'value' },
    { field: 'value', detector: 'kswin', seed: 3 },
    { field: 'value', detector: { changepoint: { window: 40, limit: 5 } } },
  ],
})
