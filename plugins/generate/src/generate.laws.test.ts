import { sourceLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { describe } from 'vitest'
import { generate } from './generate.ts'

const fields = {
  id: 'uuid',
  number: { sequence: { start: 3, step: 2 } },
  delay: { normal: { mean: 5, deviation: 20 } },
  origin: { choice: { SFO: 3, JFK: 1 } },
  gate: { integer: { min: 1, max: 9 } },
  date: { time: { start: '2001-01-14T21:55:00Z', step: '1m' } },
  note: { constant: { text: 'none' } },
}

describe('with an end', () => {
  sourceLaws(generate, {
    inputs: fc.record({
      count: fc.nat({ max: 40 }),
      seed: fc.integer(),
      rate: fc.constantFrom(0.5, 100, 1e6),
    }),
    parameters: ({ count, seed, rate }) => ({ count, seed, rate, fields }),
    runs: 15,
  })
})

describe('as fast as records are taken', () => {
  sourceLaws(generate, { parameters: [{ count: 2500 }, { count: 0 }], limit: 5000, runs: 5 })
})

describe('without an end', () => {
  sourceLaws(generate, { parameters: [{}, { fields }, { rate: 10 }], limit: 50, runs: 10 })
})
