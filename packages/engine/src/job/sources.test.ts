import type { ReadOptions, SourceBatch } from '@millrace/sdk'
import { createManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'
import { nodeRuntime } from '../host/index.ts'
import type { SourceSpec } from '../plan/job-spec.ts'
import { from, job, listSink, listSource } from './engine-parts.test-support.ts'
import { createJob } from './create-job.ts'

function reading(
  read: (partition: string, options: ReadOptions) => AsyncIterable<SourceBatch>,
): SourceSpec {
  const source = listSource([])
  const create = () => ({
    partitions: () => ['a', 'b'],
    size: () => 40,
    read: (partition: string, _position: unknown, options: ReadOptions) => read(partition, options),
  })
  return { ...source, factory: { ...source.factory, create } }
}

it('reads partitions one after the other and adds up their bytes', async () => {
  const sink = listSink('sink', [from('source')])
  const source = reading(async function* (partition) {
    await nodeRuntime.yield()
    yield { values: [`${partition}1`, `${partition}2`], bytes: 10 }
    yield { values: [`${partition}3`], bytes: 20 }
  })

  const summary = await createJob(job({ sources: [source], sinks: [sink] }), {
    runtime: nodeRuntime,
  }).run()

  expect(sink.records).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3'])
  expect(summary.sources[0]).toMatchObject({ read: 6, bytes: 40, bytesTotal: 40 })
})

it('fails the job where an asynchronous read fails', async () => {
  const source = reading(async function* () {
    yield { values: [1] }
    throw new Error('line cut')
  })
  const spec = job({ sources: [source], sinks: [listSink('sink', [from('source')])] })

  const summary = await createJob(spec, { runtime: nodeRuntime }).run()

  expect(summary.error?.message).toBe('Source "source" failed: line cut')
})

it('stops a source that never returns from its read after five seconds', async () => {
  const runtime = createManualRuntime()
  const sink = listSink('sink', [from('source')])
  const source = reading(async function* () {
    yield { values: [1] }
    await new Promise(() => {})
  })
  const running = createJob(job({ sources: [source], sinks: [sink] }), { runtime })

  void running.run()
  await runtime.settle()
  const stopped = running.stop()
  await runtime.elapse(5000)
  const summary = await stopped

  expect(summary.state).toBe('stopped')
  expect(sink.records).toEqual([1])
  expect(sink.calls).toEqual(['commit', 'close', 'dispose'])
})
