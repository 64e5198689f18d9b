import { runStage, type StageRun } from '@millrace/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Found,
  oracle,
  type Row,
  type Toy,
  type ToyPattern,
  type ToyStep,
} from './oracle.test-support.ts'
import { pattern } from './pattern.ts'

const names = ['a', 'b', 'c', 'd']

const rows = fc
  .array(
    fc.record({
      step: fc.constantFrom(0, 1, 1, 2, 3),
      k: fc.constantFrom('p', 'p', 'p', 'q'),
      x: fc.nat(2),
      jitter: fc.nat(6),
    }),
    { maxLength: 14 },
  )
  .map((steps) => {
    let t = 0
    return steps.map(({ jitter, k, step, x }, id) => ({ id, t: (t += step), k, x, jitter }))
  })

const own: fc.Arbitrary<Toy> = fc.oneof(
  fc.constant<Toy>({ kind: 'any' }),
  fc.record({ kind: fc.constantFrom('atLeast', 'below', 'equals', 'equals'), x: fc.nat(2) }),
)
const after = (step: number): fc.Arbitrary<Toy> =>
  fc.oneof(
    { weight: 3, arbitrary: own },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom('aboveFirst', 'aboveLast'),
        of: fc.nat(step),
      }),
    },
  )
const times = fc.constantFrom<readonly [number, number, boolean]>(
  [1, 1, false],
  [1, 1, false],
  [1, 1, true],
  [2, 2, true],
  [1, 2, true],
  [2, 3, true],
  [1, Infinity, true],
  [2, Infinity, true],
)

const stepAt = (index: number) =>
  fc
    .record({
      times,
      direct: fc.constantFrom(true, false, false),
      where: index === 0 ? own : after(index - 1),
      nots: fc.oneof(
        { weight: 1, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(after(index), { minLength: 1, maxLength: 2 }) },
      ),
    })
    .map(({ times: [least, most, isList], ...others }) => ({ ...others, least, most, isList }))

const anyPattern: fc.Arbitrary<ToyPattern> = fc
  .constantFrom(1, 2, 2, 3, 3)
  .chain((count) =>
    fc.record({
      steps: fc.tuple(...Array.from({ length: count }, (_, index) => stepAt(index))),
      within: fc.constantFrom(3, 7, 12, 30),
      toNext: fc.boolean(),
    }),
  )
  .map(({ steps, ...others }) => ({
    ...others,
    steps: steps.map((step, index) => {
      const endsThere = index === steps.length - 1 && step.nots.length === 0
      const most = endsThere ? step.least : step.most
      return { ...step, most, direct: step.direct && (index > 0 || most > 1) }
    }),
  }))

const is = (x: number): Toy => ({ kind: 'equals', x })
const one = (where: Toy, nots: readonly Toy[] = []): ToyStep => {
  return { least: 1, most: 1, isList: false, direct: false, where, nots }
}
const many = (where: Toy, nots: readonly Toy[] = []): ToyStep => {
  return { least: 1, most: Infinity, isList: true, direct: false, where, nots }
}
const any: Toy = { kind: 'any' }
// Where two readings, a broken absence or a way back from one are likely.
const telling: readonly (readonly ToyStep[])[] = [
  [many(is(0), [is(1)]), one(is(2))],
  [many({ kind: 'below', x: 2 }), many({ kind: 'atLeast', x: 1 }), one(is(2))],
  [one(is(0)), many(any), many(any, [is(1)]), one(is(2))],
  [one(is(0)), many({ kind: 'aboveLast', of: 0 }, [is(0)])],
  [many(any), many(any), { ...one({ kind: 'aboveFirst', of: 0 }), direct: true }],
]
const patterns = fc.oneof(
  anyPattern,
  fc.record({
    steps: fc.constantFrom(...telling),
    within: fc.constantFrom(5, 9, 30),
    toNext: fc.boolean(),
  }),
)

function textOf(toy: Toy, { steps }: ToyPattern): string {
  if (toy.kind === 'any') return 'true'
  if (toy.kind === 'atLeast') return `x >= ${toy.x}`
  if (toy.kind === 'below') return `x < ${toy.x}`
  if (!('of' in toy)) return `x == ${toy.x}`
  const name = names[toy.of] ?? ''
  if (steps[toy.of]?.isList !== true) return `x > ${name}.x`
  return `x > ${toy.kind === 'aboveFirst' ? 'first' : 'last'}(${name}).x`
}

function parametersOf(toy: ToyPattern): Record<string, unknown> {
  return {
    within: `${toy.within}ms`,
    skip: toy.toNext ? 'toNext' : 'pastLast',
    timeouts: Object.fromEntries(toy.steps.map((_, index) => [names[index], names[index]])),
    steps: toy.steps.flatMap(({ direct, isList, least, most, nots, where }, index) => [
      {
        name: names[index],
        follows: direct ? 'directly' : 'eventually',
        ...(where.kind === 'any' ? {} : { where: textOf(where, toy) }),
        ...(isList ? { times: `${least}..${most === Infinity ? '' : most}` } : {}),
      },
      ...nots.map((not) => ({ not: textOf(not, toy) })),
    ]),
  }
}

function run(
  input: readonly Row[],
  toy: ToyPattern,
  options: { batch?: number | readonly number[]; disorderMs?: number } = {},
): Promise<StageRun> {
  return runStage(pattern, {
    parameters: parametersOf(toy),
    input,
    by: ['k'],
    timestamp: (record) => (record as Row).t,
    ...options,
  })
}

/** What came for a key, as the oracle says it. */
function foundOf(results: readonly unknown[], k: string, { steps }: ToyPattern): Found[] {
  return (results as readonly Record<string, unknown>[])
    .filter((result) => result['k'] === k)
    .map((result) => ({
      start: result['matchStart'] as number,
      end: result['matchEnd'] as number,
      ids: steps.map((_, index) => {
        const value = result[names[index] ?? ''] as Row | readonly Row[] | null
        if (value === null) return []
        return (Array.isArray(value) ? (value as readonly Row[]) : [value as Row]).map(
          ({ id }) => id,
        )
      }),
    }))
}

const byTime = (input: readonly Row[]): Row[] => input.toSorted((a, b) => a.t - b.t)

function expectOracle(ran: StageRun, input: readonly Row[], toy: ToyPattern): void {
  for (const k of ['p', 'q']) {
    const expected = oracle(
      byTime(input).filter((row) => row.k === k),
      toy,
    )
    expect(foundOf(ran.output, k, toy)).toStrictEqual(expected.matches)
    expect(foundOf(ran.outputs['timeouts'] ?? [], k, toy)).toStrictEqual(expected.timeouts)
  }
  expect(ran.counts).toMatchObject({ in: input.length, used: input.length, late: 0, dead: 0 })
  expect(ran.counts.stateEntries).toStrictEqual({ held: 0, partial: 0 })
  expect(ran.counts.timers).toBe(0)
}

describe('random patterns over random records', () => {
  it(
    'match what a search through all readings finds, key by key in its order',
    { timeout: 120_000 },
    () =>
      fc.assert(
        fc.asyncProperty(
          rows,
          patterns,
          fc.constantFrom(1, [3, 1, 7]),
          async (input, toy, batch) => {
            const whole = await run(input, toy)
            const cut = await run(input, toy, { batch })

            expectOracle(whole, input, toy)
            expect([cut.outputs, cut.timestamps]).toStrictEqual([whole.outputs, whole.timestamps])
          },
        ),
        { numRuns: 500 },
      ),
  )

  it('match the same whatever the disorder within its bound', { timeout: 120_000 }, () =>
    fc.assert(
      fc.asyncProperty(rows, patterns, fc.nat(6), async (input, toy, disorderMs) => {
        const arrival = input.toSorted(
          (a, b) => a.t + Math.min(a.jitter, disorderMs) - (b.t + Math.min(b.jitter, disorderMs)),
        )

        const shuffled = await run(arrival, toy, { disorderMs })

        expectOracle(shuffled, arrival, toy)
        expect(shuffled.outputs['late']).toStrictEqual([])
      }),
      { numRuns: 200 },
    ),
  )
})
