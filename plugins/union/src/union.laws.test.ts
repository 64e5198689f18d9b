import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { union } from './union.ts'

stageLaws(union, {
  inputs: ['orders', 'payments', 'returns'],
  parameters: [{}, { as: 'kind' }, { as: '__proto__' }],
  records: {
    orders: fc.record({ id: fc.nat(), kind: fc.constantFrom('old', 3) }),
    payments: fc.record({ amount: fc.double() }),
    returns: fc.jsonValue(),
  },
})
