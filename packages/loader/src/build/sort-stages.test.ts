import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sortStages } from './sort-stages.ts'

it('keeps the order where nothing speaks against it', () => {
  const reads: Record<string, string[]> = { a: ['source'], b: ['a'], c: ['a'] }

  expect(sortStages(['a', 'b', 'c'], (id) => reads[id] ?? [])).toEqual({ order: ['a', 'b', 'c'] })
})

it('shows a circle in the direction in which records would flow', () => {
  const reads: Record<string, string[]> = { a: ['c'], b: ['a'], c: ['b'] }

  expect(sortStages(['a', 'b', 'c'], (id) => reads[id] ?? []).circle).toEqual(['a', 'b', 'c', 'a'])
})

it('puts every stage behind what it reads, for any graph without a circle', () => {
  const graph = fc.integer({ min: 1, max: 12 }).chain((size) =>
    fc.tuple(
      fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 20 }),
      fc.shuffledSubarray(
        Array.from({ length: size }, (_, index) => `s${index}`),
        { minLength: size },
      ),
    ),
  )

  fc.assert(
    fc.property(graph, ([pairs, ids]) => {
      // Each edge goes from a smaller to a larger number, so there is no circle.
      const edges = pairs.filter(([from, to]) => from < to)
      const readsOf = (id: string): string[] =>
        edges.filter(([, to]) => `s${to}` === id).map(([from]) => `s${from}`)

      const { order, circle } = sortStages(ids, readsOf)

      expect(circle).toBeUndefined()
      expect(order.toSorted()).toEqual(ids.toSorted())
      for (const [from, to] of edges) {
        expect(order.indexOf(`s${from}`)).toBeLessThan(order.indexOf(`s${to}`))
      }
    }),
    { numRuns: 200 },
  )
})
