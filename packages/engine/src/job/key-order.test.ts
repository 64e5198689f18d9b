import type { Batch, StageContext, StageInstance, StageScope } from '@millrace/sdk'
import { createManualRuntime } from '@millrace/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createJob } from './create-job.ts'
import { from, job, keyPart, listSink, listSource, stage } from './engine-parts.test-support.ts'

interface Visit {
  readonly at: number
  readonly user: number
}

const WIDTH_MS = 1000

/** Counts per key and window, in the order in which the stage knows its keys. */
function counting({ state }: StageScope, inBatches: boolean): StageInstance {
  const windows = state.panes('windows', { create: () => ({ n: 0 }) })
  const take = ({ at }: Visit): void => void windows.get(at - (at % WIDTH_MS)).n++
  const isDue = (mark: number): boolean => (windows.starts()[0] ?? NaN) + WIDTH_MS <= mark
  const processBatch = (batch: Batch): number => {
    for (let index = 0; index < batch.length; index++) {
      if (index > 0 && isDue(batch.watermark(index))) return index
      batch.key(index)
      take(batch.value(index) as Visit)
    }
    return batch.length
  }
  return {
    process: take,
    ...(inBatches && { processBatch }),
    onWatermark(mark: number, context: StageContext) {
      while (isDue(mark)) {
        const start = windows.starts()[0] as number
        for (const [key, { n }] of windows.entries(start)) {
          context.emit(`${start} ${key?.['user'] as number} ${n}`)
        }
        windows.release(start)
      }
    },
  }
}

async function run(visits: readonly Visit[], size: number, inBatches: boolean): Promise<unknown[]> {
  const batches: Visit[][] = []
  for (let at = 0; at < visits.length; at += size) batches.push(visits.slice(at, at + size))
  const timestamp = (visit: unknown): number => (visit as Visit).at
  const source = listSource(batches, { time: { timestamp, disorderMs: 0, description: 'at' } })
  const sink = listSink('sink', [from('counting')])
  const counted = stage('counting', 'source', (scope) => counting(scope, inBatches), {
    by: [keyPart('user')],
    traits: { absorbs: true },
  })
  const runtime = createManualRuntime()
  const ended = createJob(job({ sources: [source], stages: [counted], sinks: [sink] }), {
    runtime,
  }).run()
  await runtime.elapse(100)
  expect((await ended).state).toBe('completed')
  return sink.records
}

/** Visits of a few users who come again and of many who do not: more than a stage keeps for nothing. */
function visitsOf(seed: number): Visit[] {
  let random = seed
  return Array.from({ length: 30_000 }, (_, at) => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0
    const comesAgain = random % 3 === 0
    return { at, user: comesAgain ? (random >>> 8) % 2000 : 10_000 + at }
  })
}

it('results of very many keys come in the same order, however the input is cut into batches', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 41, max: 3000 }),
      async (seed, small, large) => {
        const visits = visitsOf(seed)

        const [results, ...others] = [
          await run(visits, 1024, true),
          await run(visits, large, true),
          await run(visits, small, true),
          await run(visits, small, false),
        ]

        for (const other of others) expect(other).toEqual(results)
      },
    ),
    { numRuns: 3 },
  )
})
