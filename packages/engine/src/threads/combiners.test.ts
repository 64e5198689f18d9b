import { aggregate } from '@millrace/aggregate'
import {
  noExpressions,
  type StageDefinition,
  toStageFactory,
  tryParseParameters,
} from '@millrace/sdk'
import { window } from '@millrace/window'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rows } from '../checkpoint/lives.test-support.ts'
import { from, keyPart } from '../job/engine-parts.test-support.ts'
import type { StageSpec } from '../plan/job-spec.ts'
import { none, outcome, summing } from './split-source.test-support.ts'

/** What is not a number fails its record. */
const values = { n: 'count()', total: 'sum(n)', mean: 'mean(10 / (n - 3))', most: 'max(n)' }
const folds = {
  aggregate: fold(aggregate, { aggregate: values }),
  tumbling: fold(window, { tumbling: '10ms', aggregate: values }),
  sliding: fold(window, { sliding: { size: '12ms', every: '5ms' }, aggregate: values }),
  late: fold(window, { tumbling: '4ms', lateness: '3ms', aggregate: values }),
  cumulate: fold(window, { cumulate: { size: '12ms', step: '4ms' }, aggregate: values }),
}

function fold<P>(definition: StageDefinition<P>, given: unknown): StageSpec['factory'] {
  const parsed = tryParseParameters(definition, given)
  if ('problem' in parsed) throw new Error(JSON.stringify(parsed.problem))
  const inject = (): never => {
    throw new Error('Nothing is injected.')
  }
  const injection = { parameters: parsed.value, expressions: noExpressions, inject }
  return toStageFactory(definition, injection)
}

/** A stage that keeps nothing, and the fold behind it. */
function stages(
  kind: keyof typeof folds,
  isKeyed: boolean,
  parallel: number,
  more: Partial<StageSpec> = {},
): StageSpec[] {
  const [plain] = summing() as [StageSpec]
  const many = { workers: parallel, runs: 'async', mode: 'keyed' } as const
  return [
    plain,
    {
      id: 'fold',
      factory: folds[kind],
      inputs: [{ name: 'in', from: [from('plain')] }],
      ...(isKeyed && { by: [keyPart('key')] }),
      ...(isKeyed && parallel > 0 && { parallel: many }),
      ...more,
    },
  ]
}

const cases = fc.record({
  rows,
  kind: fc.constantFrom(...(Object.keys(folds) as (keyof typeof folds)[])),
  isKeyed: fc.boolean(),
  parallel: fc.nat(2),
  workers: fc.integer({ min: 2, max: 3 }),
  each: fc.integer({ min: 2, max: 9 }),
  fate: fc.record({
    at: fc.nat(25),
    does: fc.constantFrom('kill' as const, 'stop' as const, 'crash' as const, 'none' as const),
    then: fc.nat(3),
  }),
})

it('gives what is given where every record comes to the one that folds', async () => {
  await fc.assert(
    fc.asyncProperty(
      cases,
      async ({ each, fate, isKeyed, kind, parallel, rows: list, workers }) => {
        const own = { each, stages: () => stages(kind, isKeyed, parallel) }

        const { dead, out, read } = await outcome(list, workers, fate, own)

        const whole = await outcome(list, 0, none, own)
        expect({ dead, out, read }).toEqual({ dead: whole.dead, out: whole.out, read: whole.read })
      },
    ),
    { numRuns: 150 },
  )
})

it('brings together what others than the thread of the job have folded', async () => {
  const list = Array.from({ length: 60 }, (_, index) => ({ key: 'x', n: 1, t: index }))
  const own = { each: 20, stages: () => stages('tumbling', true, 0) }

  const { counts } = await outcome(list, 2, none, own)

  expect(counts).toEqual([
    ['plain', 60, 0, 60],
    ['fold.combine', 60, 0, 60],
    ['fold', 34, 0, 34],
  ])
})

it('leaves each record to the stage whose records may wait', async () => {
  const list = Array.from({ length: 60 }, (_, index) => ({ key: 'x', n: 1, t: index }))
  const own = { each: 20, stages: () => stages('tumbling', true, 0, { onError: 'park' }) }

  const { counts } = await outcome(list, 2, none, own)

  expect(counts).toEqual([
    ['plain', 60, 0, 60],
    ['fold', 60, 0, 60],
  ])
})

it('warns of a field that no record carries under the name of the stage', async () => {
  const list = Array.from({ length: 60 }, (_, index) => ({ key: 'x', n: 1, t: index }))
  const own = { each: 20, stages: () => stages('tumbling', true, 0, { expects: ['m'] }) }

  const { unseen } = await outcome(list, 2, none, own)

  expect(unseen).toEqual([
    'No record that reaches "fold" has a field "m" (60 records seen). Did you mean "n"? A missing field is null; ask with has() where it may be missing.',
  ])
})
