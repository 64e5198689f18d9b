import { defineStage } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { runStage } from '@millrace/testkit'
import { expect, it } from 'vitest'
import { compileAggregates } from './aggregate-set.ts'
import { createCombiner } from './combiner.ts'

/** The first half of a stage that counts and fails at one of its records in a way that nobody foresees. */
const failing = defineStage({
  name: 'before',
  summary: 'The first half.',
  parameters: z.strictObject({}),
  outputs: { out: 'Records as they came.', partials: 'Records folded together.' },
  keeps: 'nothing',
  absorbs: true,
  create({ expressions }) {
    const set = compileAggregates({ n: 'count()' }, expressions)
    let added = 0
    const add = (accumulators: readonly unknown[]): void => {
      added++
      if (added === 3) throw new Error('No.')
      set.add(accumulators)
    }
    return createCombiner({ ...set, add }, () => 0)
  },
})

it('folds no record that it has handed on, also where a batch failed half through', async () => {
  const input = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => ({ name }))

  const { output, outputs } = await runStage(failing, { input, batch: 4 })

  expect(output).toStrictEqual(input.slice(0, 4))
  expect(outputs['partials']).toStrictEqual([
    { key: undefined, pane: 0, latest: 7, values: { n: { count: 4 } } },
  ])
})
