import { runStage } from '@millrace/testkit'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { aggregate } from './aggregate.ts'

const parameters = {
  aggregate: {
    n: 'count()',
    sum: 'sum(x)',
    mean: 'mean(x)',
    big: { value: 'count()', where: 'x > 5' },
    median: { value: 'quantile(x, 0.5)', exact: true },
    kinds: 'distinct(x)',
    last: 'last(x)',
  },
}

interface Row {
  readonly k: string
  readonly x?: number | string | null | undefined
}

const rows = fc.array(
  fc.record(
    {
      k: fc.constantFrom('a', 'b', 'c'),
      x: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: -20, max: 20 }) },
        { weight: 1, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.constant('bad') },
      ),
    },
    { requiredKeys: ['k'] },
  ),
  { maxLength: 40 },
)

/** What the stage shall give, written without it. */
function oracle(input: readonly Row[]): unknown[] {
  const good = input.filter(({ x }) => typeof x !== 'string')
  return [...new Set(good.map(({ k }) => k))].map((k) => {
    const mine = good.filter((row) => row.k === k)
    const xs = mine.map(({ x }) => x).filter((x) => typeof x === 'number')
    const sum = xs.reduce((total, x) => total + x, 0)
    return {
      k,
      n: mine.length,
      sum,
      mean: xs.length === 0 ? null : sum / xs.length,
      big: xs.filter((x) => x > 5).length,
      median: xs.toSorted((a, b) => a - b)[Math.ceil(xs.length / 2) - 1] ?? null,
      kinds: new Set(xs).size,
      last: xs.at(-1) ?? null,
    }
  })
}

it('gives what a naive program gives, in batches of any size and record by record', async () => {
  await fc.assert(
    fc.asyncProperty(
      rows,
      fc.integer({ min: 1, max: 12 }),
      fc.boolean(),
      async (input, batch, processBatch) => {
        const run = await runStage(aggregate, {
          parameters,
          input,
          by: ['k'],
          batch,
          processBatch,
        })

        expect(run.output).toEqual(oracle(input))
        expect(run.rejected).toHaveLength(input.filter(({ x }) => x === 'bad').length)
      },
    ),
    { numRuns: 100 },
  )
})

it('updates the same way in batches of any size and record by record', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 12 }), async (input, batch) => {
      const options = { parameters: { ...parameters, emit: 'update' }, input, by: ['k'] }

      const single = await runStage(aggregate, { ...options, processBatch: false })
      const batches = await runStage(aggregate, { ...options, batch })

      expect(batches.output).toEqual(single.output)
      expect(batches.timestamps).toEqual(single.timestamps)
      expect(batches.rejected).toEqual(single.rejected)
    }),
    { numRuns: 60 },
  )
})

it('numbers the results of a key without a gap, and the last of each, and only that, is final', async () => {
  const emits = fc.oneof(
    fc.constant('update'),
    fc.integer({ min: 1, max: 9 }).map((ms) => ({ every: `${ms}ms` })),
  )
  const sizes = fc.integer({ min: 1, max: 12 })
  await fc.assert(
    fc.asyncProperty(rows, emits, sizes, fc.nat(5), async (input, emit, batch, disorderMs) => {
      const options = { input, by: ['k'], batch, disorderMs }

      const { output } = await runStage(aggregate, {
        ...options,
        parameters: { ...parameters, emit },
      })

      const results = output as { k: string; revision: number; final: boolean }[]
      const last = oracle(input).map((values) => ({ ...(values as { k: string }), final: true }))
      expect(results.filter(({ final }) => final)).toMatchObject(last)
      for (const { k } of last) {
        const own = results.filter((result) => result.k === k)
        expect(own.map(({ revision }) => revision)).toEqual(own.map((_, index) => index))
        expect(own.findIndex(({ final }) => final)).toBe(own.length - 1)
      }
      expect(new Set(results.map(({ k }) => k)).size).toBe(last.length)
    }),
    { numRuns: 100 },
  )
})
