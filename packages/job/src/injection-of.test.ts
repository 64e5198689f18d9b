import { aggregate } from '@millrace/aggregate'
import { generate } from '@millrace/generate'
import { defineStage } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { pipeline } from './pipeline.ts'

it('refuses parameters with the place of the first fault', () => {
  const flow = pipeline('flights').input()

  expect(() => flow.stage(aggregate, { aggregate: { n: 1 } })).toThrow(
    'Parameters of "aggregate" at aggregate.n: Invalid input.',
  )
})

it('refuses a key that a plain object schema would drop', () => {
  const lenient = defineStage({
    name: 'lenient',
    summary: 'Passes.',
    parameters: z.object({ above: z.number() }),
    create: () => ({ process: (record: unknown) => record }),
  })
  const flow = pipeline('flights').input()

  expect(() => flow.stage(lenient, { above: 1, below: 2 })).toThrow(
    'Parameters of "lenient" at below: Unknown parameter "below".',
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
