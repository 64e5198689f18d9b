import { runStage, type StageRun } from '@millrace/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Case, oracle, type OracleEmit, type Row } from './oracle.test-support.ts'
import { window } from './window.ts'

const rows = fc
  .array(
    fc.record({
      step: fc.integer({ min: -12, max: 9 }),
      jump: fc.constantFrom(0, 0, 0, 0, 0, 0, 40),
      k: fc.constantFrom('a', 'b', 'c'),
      x: fc.nat(6),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let now = 0
    return steps.map(({ step, jump, k, x }, index): Row => {
      now += Math.max(step, -3) + jump
      // Steps back are of one record only.
      return { t: now + Math.min(0, step), k, x, bit: 2 ** index }
    })
  })

const emits = fc.constantFrom<OracleEmit>(
  'final',
  'onTime',
  'update',
  { ms: 5 },
  { ms: 13 },
  { records: 2 },
  { records: 3 },
)
const times = {
  lateness: fc.oneof(fc.constant(0), fc.nat(12)),
  disorder: fc.oneof(fc.constant(0), fc.nat(12)),
}
const offset = fc.integer({ min: -9, max: 9 })
const kinds = {
  tumbling: fc.record({ tumbling: fc.integer({ min: 1, max: 25 }), offset }),
  sliding: fc
    .tuple(fc.integer({ min: 1, max: 30 }), fc.nat(29), offset)
    .map(([size, every, offset]) => ({ sliding: [size, 1 + (every % size)] as const, offset })),
  cumulate: fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), offset)
    .map(([count, step, offset]) => ({ cumulate: [count * step, step] as const, offset })),
  session: fc.record({ session: fc.integer({ min: 1, max: 12 }) }),
}

const aggregate = {
  n: 'count()',
  bits: 'sum(bit)',
  some: { value: 'count()', where: 'x > 3' },
}

function parametersOf({ kind, lateness, emit }: Case): Record<string, unknown> {
  const base = {
    aggregate,
    lateness: `${lateness}ms`,
    emit: typeof emit === 'string' ? emit : { every: 'ms' in emit ? `${emit.ms}ms` : emit.records },
  }
  if ('session' in kind) return { ...base, session: `${kind.session}ms` }
  const offset = `${kind.offset}ms`
  if ('tumbling' in kind) return { ...base, offset, tumbling: `${kind.tumbling}ms` }
  if ('sliding' in kind) {
    const [size, every] = kind.sliding
    return { ...base, offset, sliding: { size: `${size}ms`, every: `${every}ms` } }
  }
  const [size, step] = kind.cumulate
  return { ...base, offset, cumulate: { size: `${size}ms`, step: `${step}ms` } }
}

function run(
  input: readonly Row[],
  one: Case,
  options: { batch?: number | readonly number[]; processBatch?: boolean } = {},
): Promise<StageRun> {
  return runStage(window, {
    parameters: parametersOf(one),
    input,
    by: ['k'],
    timestamp: (record) => (record as Row).t,
    disorderMs: one.disorder,
    ...options,
  })
}

describe.each(Object.entries(kinds))('%s windows', (_name, kind) => {
  it('give what the oracle gives, in its order, whatever the batches', { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        rows,
        fc.record({ kind, emit: emits, ...times }),
        fc.constantFrom<readonly number[] | number>(1, 2, [3, 1, 7]),
        async (input, one, batch) => {
          const expected = oracle(input, one)

          const whole = await run(input, one)
          const cut = await run(input, one, { batch })
          const single = await run(input, one, { processBatch: false })

          expect(whole.output).toStrictEqual(expected.results)
          expect(whole.outputs['late']).toStrictEqual(expected.late)
          expect(cut.outputs).toStrictEqual(whole.outputs)
          expect(single.outputs).toStrictEqual(whole.outputs)
          expect([cut.timestamps, single.timestamps]).toStrictEqual([
            whole.timestamps,
            whole.timestamps,
          ])
          expect(whole.counts.late).toBe(expected.late.length)
        },
      ),
      { numRuns: 200 },
    ),
  )

  it(
    'give one final result per window and key, the last of it and the one that emit: final gives',
    { timeout: 60_000 },
    () =>
      fc.assert(
        fc.asyncProperty(rows, fc.record({ kind, emit: emits, ...times }), async (input, one) => {
          const every = (await run(input, one)).output as readonly Record<string, unknown>[]
          const final = (await run(input, { ...one, emit: 'final' })).output

          const last = every
            .filter((result) => one.emit === 'final' || result['final'] === true)
            .map(({ revision: _revision, final: _final, ...result }) => result)
          expect(last).toStrictEqual(final)
        }),
        { numRuns: 60 },
      ),
  )
})
