import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { map } from './map.ts'

stageLaws(map, {
  parameters: [
    { set: { hours: 'delay / 60', route: "origin + '-' + to.code" } },
    { select: ['delay', 'to'] },
    { select: ['origin'], set: { late: 'delay > 15' } },
    { drop: ['to'], rename: { delay: 'minutes' } },
    { drop: ['to.code'], set: { 'to.seen': 'true' } },
  ],
  records: fc.oneof(
    fc.record({
      delay: fc.oneof(fc.integer({ min: -20, max: 60 }), fc.double(), fc.constantFrom(null, 'x')),
      origin: fc.constantFrom('SFO', 'JFK', 7),
      to: fc.record({ code: fc.constantFrom('LAX', null) }),
    }),
    fc.jsonValue(),
  ),
})
