import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { filter } from './filter.ts'

stageLaws(filter, {
  parameters: [
    { where: 'delay > 15' },
    { where: 'delay > 15 && origin == "SFO"', reason: 'on time' },
    { where: 'delay <= limit.most', otherwise: 'reject' },
    { where: 'origin' },
    { where: 'eventTime() > 3.0' },
  ],
  records: fc.oneof(
    fc.record({
      delay: fc.oneof(fc.integer({ min: -20, max: 60 }), fc.double(), fc.constantFrom(null, 'x')),
      origin: fc.constantFrom('SFO', 'JFK', 7),
      limit: fc.record({ most: fc.integer({ max: 40, min: 0 }) }),
    }),
    fc.jsonValue(),
  ),
})
