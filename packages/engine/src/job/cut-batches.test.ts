import type { Batch, BatchOutput, StageContext, StageInstance } from '@millrace/sdk'
import { describe, expect, it } from 'vitest'
import { nodeRuntime } from '../host/index.ts'
import { createJob } from './create-job.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'

/** Emits how many records it saw each time event time passes a multiple of ten. */
function counting(seen: { calls: number[] }, lagMs: number): StageInstance {
  let count = 0
  let next = -Number.MAX_VALUE
  return {
    lagMs,
    process: () => {
      count++
    },
    processBatch(batch: Batch, output: BatchOutput) {
      for (let index = 0; index < batch.length; index++) {
        if (batch.watermark(index) >= next) {
          seen.calls.push(index)
          return index
        }
        count++
        if (batch.value(index) === 25) output.emit(index, 'twenty-five')
      }
      seen.calls.push(batch.length)
      return batch.length
    },
    onWatermark(watermark: number, context: StageContext) {
      if (watermark < next) return
      if (Number.isFinite(watermark)) context.emit([watermark, count])
      next = Math.floor(watermark / 10 + 1) * 10
    },
  }
}

async function run(lagMs: number): Promise<{
  readonly calls: readonly number[]
  readonly values: readonly unknown[]
  readonly marks: readonly number[]
}> {
  const seen = { calls: [] as number[] }
  const values: unknown[] = []
  const marks: number[] = []
  const source = {
    ...listSource([[1, 5, 12, 13, 25, 25, 26]]),
    time: { timestamp: (value: unknown) => value as number, disorderMs: 0, description: 'value' },
  }
  const spec = job({
    sources: [source],
    stages: [stage('count', 'source', counting(seen, lagMs))],
    sinks: [
      listSink('sink', [from('count')], {
        write(batch: Batch) {
          for (let index = 0; index < batch.length; index++) {
            values.push(batch.value(index))
            marks.push(batch.watermark(index))
          }
        },
      }),
    ],
  })
  const summary = await createJob(spec, { runtime: nodeRuntime }).run()
  expect(summary.state).toBe('completed')
  return { calls: seen.calls, values, marks }
}

describe('a batch of a stage that fires when event time moves', () => {
  it('is cut where the stage returns, and the rest comes when it has fired', async () => {
    const { calls, values } = await run(0)

    expect(calls).toStrictEqual([1, 2, 2, 2])
    expect(values).toStrictEqual([[1, 1], [12, 3], 'twenty-five', [25, 5], 'twenty-five'])
  })

  it('has a watermark that trails by what the stage says', async () => {
    const { marks } = await run(4)

    expect(marks).toStrictEqual([-Infinity, 1, 9, 9, 21])
  })
})

it('what fires in several goes is on its way before the next, at the same watermark, and before later records', async () => {
  const log: unknown[] = []
  let goes = 0
  const source = {
    ...listSource([[1, 12, 13]]),
    time: { timestamp: (value: unknown) => value as number, disorderMs: 0, description: 'value' },
  }
  const fires: StageInstance = {
    process: (value: number) => void log.push(`took ${value}`),
    onWatermark(watermark: number, context: StageContext) {
      if (watermark !== 12) return false
      goes++
      log.push(`fires ${goes} behind ${context.watermark}`)
      context.emit(goes)
      return goes < 3
    },
  }
  const spec = job({
    sources: [source],
    stages: [stage('fires', 'source', fires)],
    sinks: [
      listSink('sink', [from('fires')], {
        write(batch: Batch) {
          for (let index = 0; index < batch.length; index++)
            log.push(`wrote ${batch.value(index) as number}`)
        },
      }),
    ],
  })

  const summary = await createJob(spec, { runtime: nodeRuntime }).run()

  expect(summary.state).toBe('completed')
  expect(log).toStrictEqual([
    'took 1',
    'took 12',
    'fires 1 behind 1',
    'wrote 1',
    'fires 2 behind 1',
    'wrote 2',
    'fires 3 behind 1',
    'took 13',
    'wrote 3',
  ])
})
