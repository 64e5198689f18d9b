import { expect, it } from 'vitest'
import { ANOMALY_NOT_A_NUMBER } from './errors.ts'

it.for([
  ['of type boolean', 'Write pump ? 1 : 0 in its place.'],
  [
    'of type string',
    'Convert the value in the expression, or leave such records out with a filter.',
  ],
] as const)('what is %s is told how to become a number', ([got, hint]) => {
  expect(ANOMALY_NOT_A_NUMBER({ of: 'pump', got }).hint).toBe(hint)
})
