import { defineStage } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { runStage } from '@millrace/testkit'
import { expect, it } from 'vitest'
import { type AggregateSet, compileAggregates } from './aggregate-set.ts'
import { createCombiner, type PartialGroup } from './combiner.ts'

/** The first half of a stage that counts and cannot evaluate its third record, in a way that nobody foresees. */
const failing = defineStage({
  name: 'before',
  summary: 'The first half.',
  parameters: z.strictObject({}),
  outputs: { out: 'Records as they came.', partials: 'Records folded together.' },
  keeps: 'nothing',
  absorbs: true,
  create(scope) {
    const set = compileAggregates({ n: 'count()' }, scope.expressions)
    let evaluated = 0
    const evaluate: AggregateSet['evaluate'] = (record, context) => {
      evaluated++
      if (evaluated === 3) throw new Error('No.')
      set.evaluate(record, context)
    }
    const always = { start: () => 0, next: () => Infinity, until: () => Infinity }
    return createCombiner({ ...set, evaluate }, always, scope)
  },
})

it('folds records of several batches, and none that it has handed on', async () => {
  const input = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => ({ name }))

  const { output, outputs } = await runStage(failing, { input, batch: 4 })

  expect(output).toStrictEqual([{ name: 'c' }])
  expect(outputs['partials']).toStrictEqual([
    { key: undefined, pane: 0, latest: 7, values: { n: { count: 7 } } },
  ])
})

it('gives out more groups than fit a turn before event time goes on', async () => {
  const start = (t: number): number => t - (t % 10)
  const panes = { start, next: (t: number) => start(t) + 10, until: (pane: number) => pane + 10 }
  const counting = defineStage({
    ...failing,
    create(scope) {
      return createCombiner(compileAggregates({ n: 'count()' }, scope.expressions), panes, scope)
    },
  })
  const input = [
    ...Array.from({ length: 3000 }, (_, k) => ({ k, t: 5 })),
    { k: 0, t: 10 },
    { k: 1, t: 19 },
    { k: 0, t: 20 },
  ]

  const { output, outputs } = await runStage(counting, {
    input,
    by: ['k'],
    timestamp: (record) => (record as { t: number }).t,
    disorderMs: 0,
  })

  expect(output).toEqual([])
  const given = (outputs['partials'] as PartialGroup[]).map(({ key, pane }) => [pane, key?.['k']])
  const first = Array.from({ length: 3000 }, (_, k) => [0, k])
  expect(given).toEqual([...first, [10, 0], [10, 1], [20, 0]])
})
