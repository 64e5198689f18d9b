import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { log } from './log.ts'

stageLaws(log, {
  parameters: [
    {},
    { every: 3 },
    { message: '{delay} from {origin}', level: 'warn' },
    { message: '{delay > 15}', every: 2 },
  ],
  records: fc.oneof(
    fc.record({
      delay: fc.oneof(fc.integer({ min: -20, max: 60 }), fc.double(), fc.constantFrom(null, 'x')),
      origin: fc.constantFrom('SFO', 'JFK', 7),
    }),
    fc.jsonValue(),
  ),
})
