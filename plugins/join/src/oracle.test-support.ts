import { runStage, type RunStageOptions, type StageRun } from '@millrace/testkit'
import fc from 'fast-check'
import { join } from './join.ts'

export type Kind = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti'

/** A record of one of the inputs, in the order of arrival. */
export interface Row {
  readonly side: 'left' | 'right'
  readonly t: number
  readonly k: string | null
  readonly n: number
}

/** How records belong together. */
export type Way =
  | { readonly before: number; readonly after: number }
  | { readonly tumbling: number; readonly offset: number }
  | { readonly asOf: number }
  | { readonly table: true }

export interface Case {
  readonly kind: Kind
  readonly way: Way
  readonly lateness: number
  readonly disorder: number
}

/** A result: numbers of its records (null: none) and its event time. */
export type Result = readonly [left: number | null, right: number | null, time: number]

export const cases = {
  lateness: fc.oneof(fc.constant(0), fc.nat(8)),
  disorder: fc.oneof(fc.constant(0), fc.nat(12)),
}

/** Streams with disorder, repeated records, gaps, keys that are null, and one side that falls behind or silent. */
export const rows = fc
  .array(
    fc.record({
      side: fc.constantFrom('left' as const, 'right' as const),
      step: fc.integer({ min: -12, max: 7 }),
      jump: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 40),
      twice: fc.constantFrom(false, false, false, true),
      k: fc.constantFrom('a', 'a', 'b', null),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let now = 0
    return steps
      .flatMap(({ side, step, jump, twice, k }) => {
        now += Math.max(step, -3) + jump
        const row = { side, t: now + Math.min(0, step), k }
        return twice ? [row, row] : [row]
      })
      .map((row, n): Row => ({ ...row, n }))
  })

function parametersOf({ kind, lateness, way }: Case): Record<string, unknown> {
  const base = { kind, lateness: `${lateness}ms` }
  if ('before' in way) {
    return { ...base, within: { before: `${way.before}ms`, after: `${way.after}ms` } }
  }
  if ('tumbling' in way) {
    const { offset, tumbling } = way
    return { ...base, window: { tumbling: `${tumbling}ms`, offset: `${offset}ms` } }
  }
  return 'asOf' in way
    ? { ...base, asOf: 'right', within: `${way.asOf}ms` }
    : { ...base, table: 'right' }
}

export function run(
  input: readonly Row[],
  one: Case,
  options: Pick<RunStageOptions, 'batch' | 'stopAfter'> = {},
): Promise<StageRun> {
  return runStage(join, {
    parameters: parametersOf(one),
    input,
    by: ['k'],
    to: (record) => (record as Row).side,
    timestamp: (record) => (record as Row).t,
    disorderMs: one.disorder,
    ...options,
  })
}

interface Both {
  readonly left: Row | null
  readonly right: Row | null
}

/** What a run gave, in an order of its own, and the numbers of the records that were late. */
export function given({ output, outputs, timestamps }: StageRun, kind: Kind) {
  const isHalf = kind === 'semi' || kind === 'anti'
  const results = output.map((value, index): Result => {
    const time = timestamps['out']?.[index] as number
    if (isHalf) return [(value as Row).n, null, time]
    const { left, right } = value as Both
    return [left?.n ?? null, right?.n ?? null, time]
  })
  const late = (outputs['late'] ?? []).map((value) => (value as { record: Row }).record.n)
  return { results: sorted(results), late }
}

export function sorted(results: readonly Result[]): readonly string[] {
  return results.map((result) => result.join()).toSorted()
}
