import { defineStage, type StageDefinition } from '@millrace/sdk'
import { runStage } from '@millrace/testkit'
import { expect, it } from 'vitest'
import { window } from './window.ts'
import { windowSchema, type WindowParameters } from './window-parameters.ts'

/** The first half of a stage with these parameters. */
function firstHalf(parameters: object): StageDefinition<WindowParameters> {
  const halves = window.combined?.(windowSchema.parse(parameters))
  if (halves === undefined) throw new Error('It comes in one piece.')
  return defineStage({
    name: 'before',
    summary: 'The first half.',
    parameters: windowSchema,
    outputs: { out: 'Records as they came.', partials: 'Records folded together.' },
    keeps: 'nothing',
    absorbs: true,
    create: halves.before,
  })
}

const aggregate = { n: 'count()', total: 'sum(x)' }

it('folds what no watermark of its batch is too late for, and hands on all else', async () => {
  const parameters = { tumbling: '10ms', lateness: '2ms', aggregate }
  const input = [
    { k: 'a', t: 3, x: 1 },
    { k: 'b', t: 11, x: 2 },
    { k: 'a', t: 12, x: 4 },
    { k: 'b', t: 9, x: 8 },
    { k: 'b', t: 14, x: 'text' },
    { k: 'b', t: 10, x: 16 },
  ]

  const { output, outputs } = await runStage(firstHalf(parameters), {
    parameters,
    input,
    by: ['k'],
    timestamp: (record) => (record as { t: number }).t,
    disorderMs: 0,
  })

  // The watermark behind them is 14: the window up to 10 takes nothing from 12 on.
  expect(output).toStrictEqual([input[0], input[3], input[4]])
  expect(outputs['partials']).toStrictEqual([
    {
      key: { k: 'b' },
      pane: 10,
      latest: 11,
      values: { n: { count: 2 }, total: { hi: 18, lo: 0 } },
    },
    { key: { k: 'a' }, pane: 10, latest: 12, values: { n: { count: 1 }, total: { hi: 4, lo: 0 } } },
  ])
})

it.each([
  { session: '10ms' },
  { count: 5 },
  { global: true },
  { tumbling: '10ms', relaxed: true },
  { tumbling: '10ms', empty: true },
  { tumbling: '10ms', emit: 'update' },
  { tumbling: '10ms', aggregate: { all: 'list(x)' } },
])('is one piece with %o', (kind) => {
  expect(window.combined?.(windowSchema.parse({ aggregate, ...kind }))).toBeUndefined()
})
