import { expect, it } from 'vitest'
import { compileAggregates } from './aggregate-set.ts'

const at = { timestamp: 0 }
const set = compileAggregates(
  { n: 'count()', mean: 'mean(x)', top: { value: 'max(x)', where: 'x < 10' } },
  { env: {}, functions: [], aggregates: [] },
)

function fold(values: readonly number[]): unknown[] {
  const accumulators = set.create()
  for (const x of values) {
    set.evaluate({ x }, at)
    set.add(accumulators)
  }
  return accumulators
}

function results(accumulators: readonly unknown[]): unknown {
  const target: Record<string, unknown> = {}
  set.results(accumulators, target)
  return target
}

it('merges accumulators into new ones and leaves both alone', () => {
  const a = fold([1, 2])
  const b = fold([6, 99])

  const merged = set.merge(a, b)

  expect(results(merged)).toEqual({ n: 4, mean: 27, top: 6 })
  expect(results(a)).toEqual({ n: 2, mean: 1.5, top: 2 })
  expect(results(b)).toEqual({ n: 2, mean: 52.5, top: 6 })
})

it('names its values and the fields it reads', () => {
  expect(set.names).toEqual(['n', 'mean', 'top'])
  expect(set.fields).toEqual(['x'])
})
