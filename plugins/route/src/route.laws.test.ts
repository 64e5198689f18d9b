import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { route } from './route.ts'

const routes = { high: 'delay > 30', home: 'origin == "SFO"', early: 'delay < 0' }

stageLaws(route, {
  parameters: [
    { routes },
    { routes, else: true },
    { routes, match: 'all' },
    { routes, match: 'all', else: 'rest' },
    { routes: { odd: 'delay' } },
  ],
  records: fc.oneof(
    fc.record({
      delay: fc.oneof(fc.integer({ min: -20, max: 60 }), fc.double(), fc.constantFrom(null, 'x')),
      origin: fc.constantFrom('SFO', 'JFK', 7),
    }),
    fc.jsonValue(),
  ),
})
