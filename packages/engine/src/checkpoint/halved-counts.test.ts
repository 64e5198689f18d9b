import { aggregate } from '@millrace/aggregate'
import { noExpressions, toStageFactory, tryParseParameters } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { from, keyPart } from '../job/engine-parts.test-support.ts'
import type { StageSpec } from '../plan/job-spec.ts'
import { outcome, summing } from '../threads/split-source.test-support.ts'

const list = Array.from({ length: 4000 }, (_, index) => ({ key: 'x', n: 1, t: index }))

/** A stage that keeps nothing, and behind it one that counts records. */
function stages(): readonly StageSpec[] {
  const parsed = tryParseParameters(aggregate, { aggregate: { n: 'count()' } })
  if ('problem' in parsed) throw new Error(JSON.stringify(parsed.problem))
  const inject = (): never => {
    throw new Error('Nothing is injected.')
  }
  const injection = { parameters: parsed.value, expressions: noExpressions, inject }
  const fold: StageSpec = {
    id: 'fold',
    factory: toStageFactory(aggregate, injection),
    inputs: [{ name: 'in', from: [from('plain')] }],
    by: [keyPart('key')],
  }
  return [summing()[0] as StageSpec, fold]
}

const run = (workers: number, then: number) =>
  outcome(list, workers, { at: 8, does: 'stop', then }, { each: 10, stages })

it('counts records where a job goes on without workers whose checkpoint has partial results', async () => {
  const { counts, out } = await run(2, 0)

  expect(out).toEqual(['{"key":"x","n":4000}'])
  expect(counts).toEqual([
    ['plain', 4000, 0, 4000],
    ['fold', 4000, 0, 4000],
  ])
})

it('counts what came before there were workers as handed on by the first half', async () => {
  const { counts, out } = await run(0, 2)

  expect(out).toEqual(['{"key":"x","n":4000}'])
  const [plain, first, second] = counts
  expect([plain, first]).toEqual([
    ['plain', 4000, 0, 4000],
    ['fold.combine', 4000, 0, 4000],
  ])
  expect(second?.[1]).toBeLessThan(4000)
})
