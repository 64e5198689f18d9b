import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ParallelSpec } from '../plan/parallel-spec.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'
import { cut, simulate, sleeper } from './parallel.test-support.ts'

const time = { timestamp: Number, disorderMs: 3, description: 'itself' }

/** What comes of numbers: fails for some, emits nothing or several for others, and takes its time. */
async function outcome(
  values: readonly number[],
  sizes: readonly number[],
  delays: readonly number[],
  parallel?: ParallelSpec,
) {
  const sink = listSink('sink', [from('after')])
  const odd = listSink('odd', [from('work', 'odd')])
  const dead = listSink('dead', [])
  const work = stage(
    'work',
    'source',
    ({ outputs, timer }) => ({
      process(n: number, context) {
        if (n % 7 === 3) return context.reject('THREE', 'No.')
        if (n % 5 === 1) return context.skip('one')
        if (n % 2 === 1) outputs['odd']?.emit([n, context.watermark])
        if (n % 4 === 2) context.emit([n, 'twice', context.watermark])
        const result = [n, context.watermark]
        const delay = delays[n % delays.length] ?? 0
        if (delay === 0) return result
        return new Promise((resolve) => void timer(delay, () => resolve(result)))
      },
    }),
    {
      traits: { keeps: 'nothing', outputs: { out: 'Results.', odd: 'Odd ones.' } },
      parallel,
    },
  )
  const after = stage('after', 'work', {
    process: (result: readonly unknown[], { timestamp, watermark }) => {
      return [...result, timestamp, watermark]
    },
  })
  const summary = await simulate(
    job({
      sources: [listSource(cut(values, sizes), { time })],
      stages: [work, after],
      sinks: [sink, odd],
      deadLetter: dead,
      errors: { atMost: 1, of: 10 },
    }),
    5,
  )
  const { stages, state, deadLetters } = summary
  const counts = stages.map((one) => {
    return { ...one, reasons: Object.entries(one.reasons).map(String).toSorted() }
  })
  return { state, counts, deadLetters, records: sink.records, odd: odd.records }
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })

it('gives the results of a stage that runs once, in their order, however long each takes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(60), { maxLength: 50 }),
      sizes,
      fc.array(fc.nat(30), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 2, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      async (values, batches, delays, workers, each) => {
        const inFlight = workers * each
        const parallel: ParallelSpec = { workers, runs: 'async', mode: 'ordered', inFlight }

        const many = await outcome(values, batches, delays, parallel)

        expect(many).toEqual(await outcome(values, [1024], delays))
      },
    ),
    { numRuns: 100 },
  )
})

it('waits for the first of them, and then gives all that are behind it', async () => {
  const delays = [50, 450, 150, 650, 250]
  const { finished, spec } = sleeper({ workers: 5, runs: 'async', mode: 'ordered' })
  const sink = listSink('sink', [from('slow')])

  const summary = await simulate(
    job({ sources: [listSource([delays])], stages: [spec], sinks: [sink] }),
  )

  expect(finished).toEqual([50, 150, 250, 450, 650])
  expect(sink.records).toEqual(delays)
  expect(summary.elapsedMs).toBeLessThan(800)
})
