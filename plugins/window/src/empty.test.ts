import { runStage, type StageRun } from '@millrace/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { window } from './window.ts'

interface Row {
  readonly t: number
  readonly k: string
}

interface Result {
  readonly k: string
  readonly windowEnd: number
  readonly n: number
}

function run(
  input: readonly Row[],
  parameters: Record<string, unknown>,
  options: { disorderMs?: number; batch?: number } = {},
): Promise<StageRun> {
  return runStage(window, {
    parameters: { tumbling: '10ms', aggregate: { n: 'count()' }, ...parameters },
    input,
    by: ['k'],
    timestamp: (record) => (record as Row).t,
    ...options,
  })
}

const short = ({ output }: StageRun): unknown =>
  (output as readonly Result[]).map(({ k, windowEnd, n }) => [k, windowEnd, n])

const rows = (...all: readonly (readonly [string, number])[]): readonly Row[] =>
  all.map(([k, t]) => ({ k, t }))

describe('empty windows on request', () => {
  it('are given for every period that was missed, and their counts add up to the input', async () => {
    expect(short(await run(rows(['a', 5], ['a', 35], ['a', 50]), { empty: true }))).toStrictEqual([
      ['a', 10, 1],
      ['a', 20, 0],
      ['a', 30, 0],
      ['a', 40, 1],
      ['a', 50, 0],
      ['a', 60, 1],
    ])
  })

  it('are of each key from its first window on, to the last window of any', async () => {
    expect(short(await run(rows(['a', 5], ['b', 25], ['a', 35]), { empty: true }))).toStrictEqual([
      ['a', 10, 1],
      ['a', 20, 0],
      ['a', 30, 0],
      ['b', 30, 1],
      ['a', 40, 1],
      ['b', 40, 0],
    ])
  })

  it('step over what lies between a record and the next one years later', async () => {
    const years = 1_800_000_000_000
    const all = rows(['a', 5], ['b', 15], ['a', years], ['b', years + 10])
    expect(short(await run(all, { empty: 2 }))).toStrictEqual([
      ['a', 10, 1],
      ['a', 20, 0],
      ['b', 20, 1],
      ['a', 30, 0],
      ['b', 30, 0],
      ['b', 40, 0],
      ['a', years + 10, 1],
      ['a', years + 20, 0],
      ['b', years + 20, 1],
    ])
  })

  it('end after as many in a row as the parameter says, and a key that was forgotten comes back', async () => {
    const { counts, ...found } = await run(rows(['a', 5], ['b', 1000], ['a', 1015]), { empty: 2 })

    expect(short({ counts, ...found })).toStrictEqual([
      ['a', 10, 1],
      ['a', 20, 0],
      ['a', 30, 0],
      ['b', 1010, 1],
      ['b', 1020, 0],
      ['a', 1020, 1],
    ])
  })

  it('have the values of no records', async () => {
    const aggregate = { n: 'count()', mean: 'mean(t)', sum: 'sum(t)' }

    const { output } = await run(rows(['a', 5], ['a', 25]), { empty: true, aggregate })

    expect(output[1]).toStrictEqual({
      k: 'a',
      windowStart: 10,
      windowEnd: 20,
      n: 0,
      mean: null,
      sum: 0,
    })
  })

  it('come beside the results that come anyway, whatever the batches', { timeout: 30_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ t: fc.nat({ max: 150 }), k: fc.constantFrom('a', 'b') }), {
          maxLength: 20,
        }),
        fc.nat({ max: 30 }),
        fc.nat({ max: 20 }),
        async (input, disorderMs, late) => {
          const lateness = { lateness: `${late}ms` }
          const plain = await run(input, lateness, { disorderMs })
          const padded = await run(input, { ...lateness, empty: true }, { disorderMs })
          const cut = await run(input, { ...lateness, empty: true }, { disorderMs, batch: 1 })

          const filled = (padded.output as readonly Result[]).filter(({ n }) => n > 0)
          expect(filled).toStrictEqual(plain.output)
          expect(cut.outputs).toStrictEqual(padded.outputs)
          expect(padded.counts.stateEntries).toStrictEqual({ windows: 0, keys: 0 })
          expect(padded.outputs['late']).toStrictEqual(plain.outputs['late'])
          const perKey = Map.groupBy(padded.output as readonly Result[], ({ k }) => k)
          const last = Math.max(...(padded.output as readonly Result[]).map((one) => one.windowEnd))
          for (const results of perKey.values()) {
            const ends = results.map(({ windowEnd }) => windowEnd)
            const first = ends[0] ?? 0
            const count = (last - first) / 10 + 1
            expect(ends).toStrictEqual(
              Array.from({ length: count }, (_, index) => first + 10 * index),
            )
          }
        },
      ),
      { numRuns: 100 },
    ),
  )
})
