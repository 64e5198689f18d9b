import { runStage } from '@millrace/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { window } from './window.ts'

interface Row {
  readonly t: number
  readonly k: string
  readonly x: number
}

const DISORDER_MS = 12

/** The same records as they were sent and as they arrived: none later than the disorder, no two of one time. */
const twice = fc
  .array(
    fc.record({
      step: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 6 }) }, fc.constant(40)),
      delay: fc.nat(DISORDER_MS),
      k: fc.constantFrom('a', 'b', 'c'),
      x: fc.integer({ min: -3, max: 9 }),
    }),
    { maxLength: 50 },
  )
  .map((steps) => {
    let t = 0
    const sent = steps.map(({ delay, k, step, x }) => ({ row: { t: (t += step), k, x }, delay }))
    const arrived = sent.toSorted((a, b) => a.row.t + a.delay - (b.row.t + b.delay))
    return { sent: sent.map(({ row }) => row), arrived: arrived.map(({ row }) => row) }
  })

const kinds = [
  { tumbling: '10ms', offset: '3ms' },
  { tumbling: '10ms', empty: 9 },
  { tumbling: '10ms', relaxed: true },
  { sliding: { size: '10ms', every: '4ms' } },
  { cumulate: { size: '15ms', step: '5ms' } },
  { session: '4ms' },
  { global: true },
]
const emits = ['final', 'onTime', 'update', { every: '7ms' }, { every: 2 }] as const

const aggregate = {
  n: 'count()',
  sum: 'sum(x)',
  mean: 'mean(x)',
  deviation: 'stddev(x)',
  first: 'first(x)',
  last: 'last(x)',
  all: 'list(t)',
  half: 'quantile(x, 0.5)',
  different: 'distinct(x)',
  some: { value: 'count()', where: 'x > 3' },
}

function run(
  input: readonly Row[],
  parameters: Record<string, unknown>,
  batch: number | readonly number[],
) {
  return runStage(window, {
    parameters: { aggregate, ...parameters },
    input,
    by: ['k'],
    timestamp: (record) => (record as Row).t,
    disorderMs: DISORDER_MS,
    batch,
  })
}

/** The last result of each window and key; keys come in the order of their first sight, which is that of arrival. */
function lastOnes(results: readonly unknown[]): readonly string[] {
  return (results as readonly Record<string, unknown>[])
    .filter((result) => result['final'] !== false)
    .map(({ revision: _revision, replaces: _replaces, ...result }) => JSON.stringify(result))
    .toSorted()
}

describe.each(kinds)('windows %j', (kind) => {
  const possible = 'empty' in kind ? (['final'] as const) : emits

  it(
    'have the same last results for every order of arrival within the disorder, in any batches',
    { timeout: 60_000 },
    () =>
      fc.assert(
        fc.asyncProperty(
          twice,
          fc.constantFrom(...possible),
          fc.constantFrom('0ms', '8ms'),
          fc.constantFrom<number | readonly number[]>(1, [3, 1, 7], 1024),
          async ({ arrived, sent }, emit, lateness, batch) => {
            const parameters = { ...kind, emit, ...('global' in kind ? {} : { lateness }) }
            const straight = await run(sent, parameters, 1024)
            const mixed = await run(arrived, parameters, batch)

            expect(lastOnes(mixed.output)).toStrictEqual(lastOnes(straight.output))
            expect([mixed.counts.late, straight.counts.late]).toStrictEqual([0, 0])
          },
        ),
        { numRuns: 80 },
      ),
  )
})
