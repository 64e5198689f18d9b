import { runStage } from '@millrace/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { window } from './window.ts'

interface Row {
  readonly t: number
  readonly k: string
  readonly x: number
}

type Emit = 'final' | 'onTime' | 'update' | { readonly ms: number } | { readonly records: number }

/** One window per key: of `size` records, or of all. */
interface Case {
  readonly size: number
  readonly maxWait: number
  readonly emit: Emit
  readonly disorder: number
}

interface Open {
  readonly k: string
  readonly due: number
  readonly rows: Row[]
  changed: number
  revision: number
}

interface Given {
  /** Event time of the result. */
  readonly time: number
  readonly result: object
}

/** Between keys there is no order. */
function perKey(results: readonly Given[]): ReadonlyMap<unknown, readonly Given[]> {
  return Map.groupBy(results, ({ result }) => (result as Row).k)
}

/** By the book: one record after the other, the open windows in a list. */
function oracle(
  input: readonly Row[],
  { disorder, emit, maxWait, size }: Case,
): ReturnType<typeof perKey> {
  const results: Given[] = []
  let open: Open[] = []
  let watermark = -Infinity
  const give = (one: Open, final: boolean): void => {
    const all = one.rows.map(({ t }) => t)
    const isGlobal = size === Infinity
    const result = {
      k: one.k,
      windowStart: isGlobal ? null : Math.min(...all),
      windowEnd: isGlobal ? null : Math.max(...all) + 1,
      n: one.rows.length,
      sum: one.rows.reduce((sum, { x }) => sum + x, 0),
      some: one.rows.filter(({ x }) => x > 3).length,
      ...(emit === 'final' ? {} : { revision: one.revision++, final }),
    }
    results.push({ time: Math.max(...all, watermark), result })
    one.changed = 0
    if (final) open = open.filter((other) => other !== one)
  }
  const move = (next: number): void => {
    const due = open.filter((one) => one.due <= next).toSorted((a, b) => a.due - b.due)
    for (const one of due) give(one, true)
    if (next === Infinity) for (const one of open) give(one, true)
    const isPassed =
      typeof emit === 'object' &&
      'ms' in emit &&
      watermark !== -Infinity &&
      Math.floor(next / emit.ms) > Math.floor(watermark / emit.ms)
    if (isPassed) for (const one of open) if (one.changed > 0) give(one, false)
    watermark = next
  }
  for (const row of input) {
    let one = open.find(({ k }) => k === row.k)
    if (one === undefined) {
      one = { k: row.k, due: row.t + maxWait, rows: [], changed: 0, revision: 0 }
      open.push(one)
    }
    one.rows.push(row)
    one.changed++
    const isNow =
      emit === 'update' ||
      (typeof emit === 'object' && 'records' in emit && one.changed === emit.records)
    if (one.rows.length === size) give(one, true)
    else if (isNow) give(one, false)
    if (row.t - disorder > watermark) move(row.t - disorder)
  }
  move(Infinity)
  return perKey(results)
}

const rows = fc
  .array(
    fc.record({
      step: fc.integer({ min: -9, max: 7 }),
      jump: fc.constantFrom(0, 0, 0, 0, 0, 30),
      k: fc.constantFrom('a', 'b', 'c'),
      x: fc.nat(6),
    }),
    { maxLength: 50 },
  )
  .map((steps) => {
    let now = 0
    return steps.map(({ jump, k, step, x }): Row => {
      now += Math.max(step, -2) + jump
      // Steps back are of one record only.
      return { t: now + Math.min(0, step), k, x }
    })
  })

const shared = { disorder: fc.constantFrom(0, 5, 20) }
const kinds: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  count: fc.record({
    ...shared,
    size: fc.integer({ min: 1, max: 6 }),
    maxWait: fc.constantFrom(Infinity, 1, 8, 40),
    emit: fc.constant('final'),
  }),
  global: fc.record({
    ...shared,
    size: fc.constant(Infinity),
    maxWait: fc.constant(Infinity),
    emit: fc.constantFrom<Emit>('final', 'onTime', 'update', { ms: 7 }, { records: 3 }),
  }),
}

function parametersOf({ emit, maxWait, size }: Case): Record<string, unknown> {
  return {
    aggregate: { n: 'count()', sum: 'sum(x)', some: { value: 'count()', where: 'x > 3' } },
    emit: typeof emit === 'string' ? emit : { every: 'ms' in emit ? `${emit.ms}ms` : emit.records },
    ...(size === Infinity ? { global: true } : { count: size }),
    ...(maxWait === Infinity ? {} : { maxWait: `${maxWait}ms` }),
  }
}

describe.each(Object.entries(kinds))('%s windows', (_name, kind) => {
  it('give what the oracle gives for each key, whatever the batches', { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        rows,
        kind,
        fc.constantFrom<readonly number[] | number>(1, [3, 1, 7], 1024),
        fc.boolean(),
        async (input, one, batch, processBatch) => {
          const expected = oracle(input, one)

          const { counts, output, timestamps } = await runStage(window, {
            parameters: parametersOf(one),
            input,
            by: ['k'],
            timestamp: (record) => (record as Row).t,
            disorderMs: one.disorder,
            batch,
            processBatch,
          })

          const given = output.map((result, index) => {
            return { time: timestamps['out']?.[index] as number, result: result as object }
          })
          expect(perKey(given)).toStrictEqual(expected)
          expect(counts).toMatchObject({ late: 0, stateEntries: { windows: 0 } })
        },
      ),
      { numRuns: 200 },
    ),
  )
})
