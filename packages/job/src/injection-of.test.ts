import { aggregate } from '@millrace/aggregate'
import { generate } from '@millrace/generate'
import { expect, it } from 'vitest'
import { pipeline } from './pipeline.ts'

it('refuses parameters with the place of the first fault', () => {
  const flow = pipeline('flights').input()

  expect(() => flow.stage(aggregate, { aggregate: { n: 1 } })).toThrow(
    'Parameters of "aggregate" at aggregate.n: Invalid input.',
  )
})

it('refuses what only the definition itself can judge, with its next step', () => {
  const flow = pipeline('endless').from(generate, {})

  expect(() => flow.stage(aggregate, { aggregate: { n: 'count()' } })).toThrow(
    expect.objectContaining({
      message:
        'Parameters of "aggregate" at emit: The input never ends, so `emit: end` would never give a result.',
      hint: 'Use emit: update, or emit: { every: 10s }.',
    }),
  )
})

it('refuses a result named like a key of the stage', () => {
  const flow = pipeline('flights').input()

  expect(() =>
    flow.stage(aggregate, { aggregate: { origin: 'count()' } }, { by: 'origin' }),
  ).toThrow('at aggregate.origin: "origin" is also the name of a key; the result has both.')
})
