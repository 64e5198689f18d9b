import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ParallelSpec } from '../plan/parallel-spec.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'
import { simulate } from './parallel.test-support.ts'

/** A stage whose record `n` takes as many ms as `delays` says, by worker; `aborted` lists the records that were. */
async function outcome(
  values: readonly number[],
  parallel: ParallelSpec,
  delayOf: (n: number, worker: number) => number,
) {
  const aborted: unknown[] = []
  const work = stage(
    'work',
    'source',
    ({ instance, timer }) => ({
      process(n: number, context) {
        context.emit(`${n} has begun`)
        const delay = delayOf(n, instance)
        context.signal.addEventListener('abort', () => aborted.push([n, instance]))
        if (delay === 0) return [n, instance]
        return new Promise((resolve) => void timer(delay, () => resolve([n, instance])))
      },
    }),
    { traits: { keeps: 'nothing' }, parallel },
  )
  const sink = listSink('sink', [from('work')])
  const summary = await simulate(
    job({ sources: [listSource([values])], stages: [work], sinks: [sink] }),
    10,
  )
  const begun = sink.records.filter((record) => typeof record === 'string')
  const results = sink.records.filter((record) => typeof record !== 'string')
  return { summary, aborted, begun, results: results as [number, number][] }
}

it('latestWins: what is through outdates all that came before it, which is aborted', async () => {
  const delays = [50, 450, 150, 650, 250]
  const parallel: ParallelSpec = { workers: 5, runs: 'async', mode: 'latestWins' }

  const { aborted, begun, results, summary } = await outcome(
    [0, 1, 2, 3, 4],
    parallel,
    (n) => delays[n] ?? 0,
  )

  expect(results.map(([n]) => n)).toEqual([0, 2, 4])
  expect(aborted.map((one) => (one as number[])[0])).toEqual([1, 3])
  expect(begun).toEqual(['0 has begun', '2 has begun', '4 has begun'])
  expect(summary.stages).toMatchObject([{ in: 5, used: 3, dropped: 2, held: 0 }])
  expect(summary.elapsedMs).toBeLessThan(400)
})

it('race: the first to be through with a record wins, the others are aborted and count nowhere', async () => {
  const parallel: ParallelSpec = { workers: 3, runs: 'async', mode: 'race' }
  const delays = [
    [300, 20, 200],
    [10, 100, 100],
    [200, 200, 30],
  ]

  const { aborted, results, summary } = await outcome(
    [0, 1, 2],
    parallel,
    (n, worker) => delays[n]?.[worker] ?? 0,
  )

  expect(results).toEqual([
    [0, 1],
    [1, 0],
    [2, 2],
  ])
  expect(aborted).toHaveLength(6)
  expect(summary.stages).toMatchObject([{ in: 3, used: 3, dropped: 0, held: 0 }])
  expect(summary.elapsedMs).toBeLessThan(200)
})

const delays = fc.array(fc.nat(40), { minLength: 1, maxLength: 12 })

it('latestWins: each record has one fate, results come in order, and the newest is among them', async () => {
  await fc.assert(
    fc.asyncProperty(
      delays,
      fc.integer({ min: 2, max: 5 }),
      fc.nat(20),
      async (some, workers, count) => {
        const values = Array.from({ length: count }, (_, n) => n)
        const parallel: ParallelSpec = { workers, runs: 'async', mode: 'latestWins' }

        const { results, summary } = await outcome(
          values,
          parallel,
          (n) => some[n % some.length] ?? 0,
        )

        const [counts] = summary.stages
        const numbers = results.map(([n]) => n)
        expect(summary.state).toBe('completed')
        expect(counts).toMatchObject({ in: count, used: numbers.length, held: 0 })
        expect(counts?.dropped).toBe(count - numbers.length)
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
        expect(numbers.slice(-1)).toEqual(values.slice(-1))
      },
    ),
    { numRuns: 100 },
  )
})

it('race: each record has one result, of one of the fastest', async () => {
  await fc.assert(
    fc.asyncProperty(
      delays,
      fc.integer({ min: 2, max: 4 }),
      fc.nat(15),
      async (some, workers, count) => {
        const values = Array.from({ length: count }, (_, n) => n)
        const delayOf = (n: number, worker: number): number =>
          some[(n * 7 + worker * 3) % some.length] ?? 0
        const parallel: ParallelSpec = { workers, runs: 'async', mode: 'race', inFlight: workers }

        const { begun, results, summary } = await outcome(values, parallel, delayOf)

        expect(summary.state).toBe('completed')
        expect(summary.stages).toMatchObject([{ in: count, used: count, dropped: 0, held: 0 }])
        expect(results.map(([n]) => n).toSorted((a, b) => a - b)).toEqual(values)
        expect(begun).toHaveLength(count)
        for (const [n, worker] of results) {
          const all = Array.from({ length: workers }, (_, index) => delayOf(n, index))
          expect(delayOf(n, worker)).toBe(Math.min(...all))
        }
      },
    ),
    { numRuns: 100 },
  )
})
