import { runStage, type StageRun } from '@millrace/testkit'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dedupe } from './dedupe.ts'

interface Row {
  readonly t: number
  readonly k: string
  readonly id: number | string
  readonly n: number
}

interface Case {
  readonly within: number
  readonly disorder: number
  readonly of: boolean
  readonly by: boolean
}

/** By the book: each record is compared with all that were passed before it. */
function oracle(input: readonly Row[], { within, disorder, of, by }: Case) {
  const passed: Row[] = []
  const duplicates: number[] = []
  const late: number[] = []
  let watermark = -Infinity
  const isSame = (a: Row, b: Row): boolean => (!by || a.k === b.k) && (!of || a.id === b.id)
  for (const row of input) {
    const first = passed.find(
      (one) =>
        isSame(one, row) &&
        row.t > one.t - within &&
        row.t < one.t + within &&
        one.t + within >= watermark,
    )
    if (first !== undefined) duplicates.push(row.n)
    else if (row.t < watermark) late.push(row.n)
    else passed.push(row)
    watermark = Math.max(watermark, row.t - disorder)
  }
  // Each is remembered as long as the latest of those of its key that came before it.
  const held = passed.filter((row, index) => {
    const before = passed.slice(0, index + 1).filter(({ k }) => !by || k === row.k)
    return Math.max(...before.map(({ t }) => t)) + within >= watermark
  })
  return { passed: passed.map(({ n }) => n), duplicates, late, held: held.length }
}

const rows = fc
  .array(
    fc.record({
      step: fc.integer({ min: -40, max: 7 }),
      jump: fc.constantFrom(0, 0, 0, 0, 0, 30),
      k: fc.constantFrom('a', 'b'),
      id: fc.constantFrom(1, '1', 2),
    }),
    { maxLength: 50 },
  )
  .map((steps) => {
    let now = 0
    return steps.map(({ step, jump, k, id }, n): Row => {
      now += Math.max(step, -2) + jump
      // Steps back are of one record only.
      return { t: now + Math.min(0, step), k, id, n }
    })
  })

const cases = fc.record({
  within: fc.integer({ min: 1, max: 25 }),
  disorder: fc.constantFrom(0, 4, 15, 60),
  of: fc.boolean(),
  by: fc.boolean(),
})

const numbers = (records: readonly unknown[] = []): readonly number[] =>
  records.map((record) => (record as Row).n)

it(
  'gives what the oracle gives for random streams, whatever the batches, and keeps no more',
  { timeout: 60_000 },
  () =>
    fc.assert(
      fc.asyncProperty(
        rows,
        cases.filter(({ of, by }) => of || by),
        fc.constantFrom<number | readonly number[]>(1, [3, 1, 7], 1024),
        fc.boolean(),
        async (input, one, batch, processBatch) => {
          const start = (options: { stopAfter?: number } = {}): Promise<StageRun> =>
            runStage(dedupe, {
              parameters: { within: `${one.within}ms`, ...(one.of ? { of: 'id' } : {}) },
              input,
              timestamp: (record) => (record as Row).t,
              disorderMs: one.disorder,
              batch,
              processBatch,
              ...(one.by ? { by: ['k'] } : {}),
              ...options,
            })
          const half = Math.floor((input.length * 2) / 3)
          const expected = oracle(input, one)
          const isStopped = half < input.length
          const begun = oracle(input.slice(0, half), one)

          const whole = await start()
          const stopped = await start({ stopAfter: half })

          expect(numbers(whole.output)).toStrictEqual(expected.passed)
          expect(numbers(whole.outputs['duplicates'])).toStrictEqual(expected.duplicates)
          expect(
            numbers((whole.outputs['late'] ?? []).map((late) => (late as { record: Row }).record)),
          ).toStrictEqual(expected.late)
          expect(whole.counts.stateEntries).toStrictEqual({ times: 0, order: 0 })
          expect(numbers(stopped.output)).toStrictEqual(begun.passed)
          // What a batch leaves behind goes when the watermark moves next.
          const { order } = stopped.counts.stateEntries ?? {}
          const held = isStopped && !processBatch ? begun.held : order
          expect(order).toBe(held)
        },
      ),
      { numRuns: 300 },
    ),
)
