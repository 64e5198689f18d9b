import { runStage } from '@millrace/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { topN } from './top-n.ts'

interface Row {
  readonly t: number
  readonly k: string
  readonly score: number | null
  readonly id: number
}

interface Case {
  readonly n: number
  readonly order: 'descending' | 'ascending'
  readonly disorder: number
  readonly ties: boolean
}

const rows = fc
  .array(
    fc.record({
      step: fc.integer({ min: -9, max: 7 }),
      jump: fc.constantFrom(0, 0, 0, 0, 0, 30),
      k: fc.constantFrom('a', 'b', 'c'),
      score: fc.constantFrom(1, 2, 3, 4, null),
    }),
    { maxLength: 50 },
  )
  .map((steps) => {
    let now = 0
    return steps.map(({ step, jump, k, score }, id): Row => {
      now += Math.max(step, -2) + jump
      // Steps back are of one record only.
      return { t: now + Math.min(0, step), k, score, id }
    })
  })

const cases = fc.record({
  n: fc.constantFrom(1, 2, 3, 50),
  order: fc.constantFrom('descending' as const, 'ascending' as const),
  disorder: fc.constantFrom(0, 4, 15),
  ties: fc.boolean(),
})

const batches = fc.constantFrom<number | readonly number[]>(1, [3, 1, 7], 1024)

/** All of them sorted, and the first n taken; with ties those that fewer than n are better than. */
function best(all: readonly Row[], { n, order, ties }: Case): readonly Row[] {
  const sign = order === 'descending' ? -1 : 1
  const sorted = all
    .filter(({ score }) => score !== null)
    .toSorted((a, b) => sign * (Number(a.score) - Number(b.score)) || a.t - b.t || a.id - b.id)
  return sorted.filter((row, index) => (ties ? better(sorted, row) : index) < n)
}

/** How many of the sorted ones have another value and come before. */
function better(sorted: readonly Row[], row: Row): number {
  return sorted.findIndex(({ score }) => score === row.score)
}

function results(all: readonly Row[], one: Case, fields: object): readonly object[] {
  const bests = best(all, one)
  return bests.map((record, index) => {
    const rank = 1 + (one.ties ? better(bests, record) : index)
    return { ...fields, rank, value: record.score, record }
  })
}

const keysOf = (input: readonly Row[]): readonly string[] => [...new Set(input.map(({ k }) => k))]

function start(
  parameters: object,
  input: readonly Row[],
  { disorder, n, order, ties }: Case,
  options: { readonly batch: number | readonly number[]; readonly processBatch?: boolean },
) {
  return runStage(topN, {
    parameters: { n, of: 'score', order, ties, ...parameters },
    input,
    by: ['k'],
    timestamp: (record) => (record as Row).t,
    disorderMs: disorder,
    ...options,
  })
}

describe('over the whole input', () => {
  it('gives what sorting all of it gives', { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        rows,
        cases,
        batches,
        fc.boolean(),
        async (input, one, batch, processBatch) => {
          const ranked = input.filter(({ score }) => score !== null)
          const expected = keysOf(ranked).flatMap((k) =>
            results(
              ranked.filter((row) => row.k === k),
              one,
              { k },
            ),
          )

          const { output } = await start({}, input, one, { batch, processBatch })

          expect(output).toStrictEqual(expected)
        },
      ),
      { numRuns: 150 },
    ),
  )

  it('gives with every what sorting gives at each multiple', { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        rows,
        cases,
        batches,
        fc.integer({ min: 1, max: 20 }),
        async (input, one, batch, every) => {
          const { output } = await start({ emit: { every: `${every}ms` } }, input, one, { batch })

          expect(output).toStrictEqual(running(input, one, every))
        },
      ),
      { numRuns: 150 },
    ),
  )
})

/** The running results, one record after the other. */
function running(input: readonly Row[], one: Case, every: number): readonly object[] {
  const given: object[] = []
  const changed = new Map<string, number>()
  const revisions = new Map<string, number>()
  const seen: Row[] = []
  let watermark = -Infinity
  const give = (before: number, final: boolean): void => {
    for (const k of keysOf(seen)) {
      if (!final && (changed.get(k) ?? Infinity) >= before) continue
      changed.delete(k)
      const revision = revisions.get(k) ?? 0
      revisions.set(k, revision + 1)
      given.push(
        ...results(
          seen.filter((row) => row.k === k),
          one,
          { k, revision, final },
        ),
      )
    }
  }
  for (const row of input) {
    if (row.score !== null) {
      seen.push(row)
      const ofKey = seen.filter(({ k }) => k === row.k)
      const since = changed.get(row.k) ?? Infinity
      if (best(ofKey, one).includes(row)) changed.set(row.k, Math.min(since, row.t))
    }
    const next = Math.max(watermark, row.t - one.disorder)
    const multiple = Math.floor(next / every)
    if (multiple > Math.floor(watermark / every)) give(multiple * every, false)
    watermark = next
  }
  give(Infinity, true)
  return given
}

describe('per window', () => {
  const windows = fc.oneof(
    fc.record({ size: fc.integer({ min: 1, max: 20 }) }).map(({ size }) => ({ size, every: size })),
    fc
      .tuple(fc.integer({ min: 1, max: 20 }), fc.nat(19))
      .map(([size, every]) => ({ size, every: 1 + (every % size) })),
  )

  it('gives what sorting each window gives, and keeps nothing', { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        rows,
        cases,
        batches,
        windows,
        fc.tuple(fc.constantFrom(0, 5), fc.boolean()),
        async (input, one, batch, { size, every }, [lateness, processBatch]) => {
          const expected = windowed(input, one, { size, every, lateness })
          const kind =
            size === every
              ? { tumbling: `${size}ms` }
              : { sliding: { size: `${size}ms`, every: `${every}ms` } }

          const { counts, output, outputs } = await start(
            { window: { ...kind, lateness: `${lateness}ms` } },
            input,
            one,
            { batch, processBatch },
          )

          expect(output).toStrictEqual(expected.results)
          expect(
            (outputs['late'] ?? []).map((late) => (late as { record: Row }).record.id),
          ).toStrictEqual(expected.late)
          expect(counts.stateEntries).toStrictEqual({ best: 0 })
        },
      ),
      { numRuns: 200 },
    ),
  )
})

it('gives the same whatever the order of arrival, as long as that is within the disorder', () =>
  fc.assert(
    fc.asyncProperty(
      rows,
      fc.array(fc.nat(15), { minLength: 50, maxLength: 50 }),
      async (some, delays) => {
        // No two are of the same time: else the first to arrive would be the better one.
        const sent = some.map((row) => ({ ...row, t: 100 * row.t + row.id }))
        const delayed = (row: Row): number => row.t + 100 * (delays[row.id] ?? 0)
        const arrived = sent.toSorted((a, b) => delayed(a) - delayed(b))
        const one = { n: 2, order: 'descending', disorder: 1500, ties: true } as const
        const window = { tumbling: '1s' }
        const inTime = sent.toSorted((a, b) => a.t - b.t)

        const straight = await start({ window }, inTime, one, { batch: 1024 })
        const mixed = await start({ window }, arrived, one, { batch: 3 })

        expect(sorted(mixed.output)).toStrictEqual(sorted(straight.output))
        expect(mixed.counts.late).toBe(0)
      },
    ),
    { numRuns: 100 },
  ))

/** Keys of a window come in the order of their first sight, which is that of arrival. */
function sorted(results: readonly unknown[]): readonly string[] {
  return results.map((result) => JSON.stringify(result)).toSorted()
}

/** All windows in one list, each with all of its records. */
function windowed(
  input: readonly Row[],
  one: Case,
  { size, every, lateness }: { size: number; every: number; lateness: number },
) {
  const all = new Map<number, Row[]>()
  const late: number[] = []
  let watermark = -Infinity
  for (const row of input) {
    let isIn = row.score === null
    for (let start = Math.floor(row.t / every) * every; start > row.t - size; start -= every) {
      if (row.score === null || watermark >= start + size + lateness) continue
      isIn = true
      all.set(start, [...(all.get(start) ?? []), row])
    }
    if (!isIn) late.push(row.id)
    watermark = Math.max(watermark, row.t - one.disorder)
  }
  const keys = keysOf(input)
  const ordered = [...all].toSorted(([a], [b]) => a - b)
  return {
    late,
    results: ordered.flatMap(([start, held]) =>
      keys.flatMap((k) =>
        results(
          held.filter((row) => row.k === k),
          one,
          { k, windowStart: start, windowEnd: start + size },
        ),
      ),
    ),
  }
}
