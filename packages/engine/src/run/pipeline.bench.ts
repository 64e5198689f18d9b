import { test } from 'vitest'
import type { Batch } from '@millrace/sdk'
import { nodeRuntime } from '../host/index.ts'
import { createJob } from '../job/create-job.ts'
import { from, job, listSink, listSource, stage } from '../job/engine-parts.test-support.ts'

const COUNT = 200_000
const BATCH = 1024

interface Reading {
  readonly id: number
  readonly delay: number
}

const batches: Reading[][] = []
for (let id = 0; id < COUNT; id++) {
  if (id % BATCH === 0) batches.push([])
  batches.at(-1)?.push({ id, delay: (id * 7) % 31 })
}

function plainLoop(): void {
  let count = 0
  for (const batch of batches) {
    for (const reading of batch) {
      if (reading.delay <= 15) continue
      const mapped = { id: reading.id, late: reading.delay * 60 }
      if (mapped.late > 0) count++
    }
  }
  if (count === 0) throw new Error('nothing passed')
}

async function engine(): Promise<void> {
  let count = 0
  const spec = job({
    sources: [listSource(batches)],
    stages: [
      stage('filter', 'source', {
        process: (reading: Reading) => (reading.delay > 15 ? reading : undefined),
      }),
      stage('map', 'filter', {
        process: (reading: Reading) => ({ id: reading.id, late: reading.delay * 60 }),
      }),
    ],
    sinks: [
      listSink('sink', [from('map')], {
        write(batch: Batch) {
          count += batch.length
        },
      }),
    ],
  })
  const summary = await createJob(spec, { runtime: nodeRuntime }).run()
  if (summary.state !== 'completed' || count === 0) throw new Error('the job failed')
}

test('source, filter, map and counting sink over 200,000 records', async ({ bench }) => {
  await bench.compare(bench('plain loop', plainLoop), bench('engine', engine), { time: 1000 })
})
