import { defineEmitter, defineStage, toStageFactory, noExpressions } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { printOfSpec } from './job-print.ts'

const halving = defineEmitter({
  name: 'halving',
  summary: 'For a test.',
  parameters: z.object({ size: z.number().default(2) }),
  create: () => ({ begin: () => [], add: () => undefined, flush: () => undefined }),
})
const stage = defineStage({
  name: 'judge',
  summary: 'For a test.',
  parameters: z.object({}),
  create: () => ({ process: () => undefined }),
})
const factory = toStageFactory(stage, {
  parameters: {},
  expressions: noExpressions,
  inject: () => {
    throw new Error('Nothing is bound.')
  },
})

it('a definition among the parameters counts by its name, whatever it says of itself', () => {
  const stages = ['a', 'b'].map((id) => ({ id, factory, inputs: [] }))
  const made = {
    a: { parameters: { emitter: halving } },
    b: { parameters: { emitter: { module: halving, parameters: { size: 3 } } } },
  }

  const print = printOfSpec({ name: 'shop', sources: [], stages, sinks: [] }, made)

  expect(print['a']?.parameters).toStrictEqual({
    emitter: { value: 'halving', isDefault: false },
  })
  expect(print['b']?.parameters).toStrictEqual({
    'emitter.module': { value: 'halving', isDefault: false },
    'emitter.parameters.size': { value: 3, isDefault: false },
  })
})
