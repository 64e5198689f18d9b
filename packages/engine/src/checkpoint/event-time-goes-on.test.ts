import { createManualRuntime, type ManualRuntime } from '@millrace/core'
import type { ReadOptions, RecordContext, WatermarkStrategy } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { createJob } from '../job/create-job.ts'
import { from, job, listSink, stage } from '../job/engine-parts.test-support.ts'
import type { JobSpec, SourceSpec, TimeSpec } from '../plan/job-spec.ts'
import type { JobCheckpoint } from './checkpoint.ts'
import { memoryStore } from './checkpoint-parts.test-support.ts'

const time: TimeSpec = { timestamp: (t) => t as number, disorderMs: 0, description: 'itself' }

/** What a source gives, by partition: times; 'ends' or waits for ever after the last. */
type Script = Readonly<Record<string, readonly (number | 'ends')[]>>

function scripted(id: string, script: Script, more: Partial<SourceSpec> = {}): SourceSpec {
  const create = () => ({
    partitions: () => Object.keys(script),
    async *read(partition: string, position: unknown, { signal }: ReadOptions) {
      const steps = script[partition] ?? []
      for (let at = (position as number | undefined) ?? 0; at < steps.length; at++) {
        const step = steps[at]
        if (step === 'ends') return
        yield { values: [step], position: at + 1 }
      }
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    },
  })
  const traits = {
    name: 'scripted',
    ends: true,
    replay: 'position' as const,
    reads: 'together' as const,
  }
  return { id, time, factory: { traits, create, dispose() {} }, ...more }
}

/** A stage that tells each watermark it comes to. */
function marks(log: number[], ...inputs: readonly string[]) {
  return {
    ...stage('marks', '', {
      process: (_: number, context: RecordContext) => context.skip('seen'),
      onWatermark: (watermark: number) => void log.push(watermark),
    }),
    inputs: [{ name: 'in', from: inputs.map((id) => from(id)) }],
  }
}

/** Runs a job until `ms` have passed, takes a checkpoint and kills it; what it told of its watermarks. */
async function life(
  spec: (log: number[]) => Pick<JobSpec, 'sources' | 'stages'>,
  ms: number,
  restored?: JobCheckpoint,
  runtime: ManualRuntime = createManualRuntime({ startMs: 5000 }),
): Promise<{ readonly log: readonly number[]; readonly last: JobCheckpoint }> {
  const log: number[] = []
  const store = memoryStore()
  const running = createJob(
    job({
      ...spec(log),
      sinks: [listSink('sink', [from('marks')])],
      checkpoint: { everyMs: 1_000_000, store, restored },
    }),
    { runtime },
  )
  void running.run()
  await runtime.elapse(ms)
  void running.checkpoint()
  await runtime.elapse(0)
  return { log: [...log], last: store.last as JobCheckpoint }
}

it('a silent source does not hold back what an earlier run knew of it', async () => {
  const first = (log: number[]) => ({
    sources: [scripted('a', { a: [10] }), scripted('b', { b: [50] })],
    stages: [marks(log, 'a', 'b')],
  })
  const second = (log: number[]) => ({
    sources: [scripted('a', { a: [10, 30] }), scripted('b', { b: [50] })],
    stages: [marks(log, 'a', 'b')],
  })
  const { last, log } = await life(first, 10)

  expect(log).toEqual([10])
  expect((await life(second, 10, last)).log).toEqual([30])
})

it('a silent source does not hold others back at the alignment', async () => {
  const aligned = { ...time, alignMs: 100 }
  const spec = (a: readonly number[]) => (log: number[]) => ({
    sources: [
      scripted('a', { a }, { time: aligned }),
      scripted('b', { b: [50] }, { time: aligned }),
    ],
    stages: [marks(log, 'a')],
  })
  const { last } = await life(spec([10]), 10)

  expect((await life(spec([10, 60, 120]), 10, last)).log).toEqual([60, 120])
})

it('goes on with the clock from partitions that were over, where those that are left never gave anything', async () => {
  const idle = { ...time, idleMs: 100 }
  const spec = (log: number[]) => ({
    sources: [scripted('a', { p: [1000, 'ends'], q: [] }, { time: idle })],
    stages: [marks(log, 'a')],
  })
  const { last, log } = await life(spec, 450)
  const undisturbed = await life(spec, 900)
  const second = await life(spec, 450, last)

  expect(log.at(-1)).toBe(1400)
  expect(undisturbed.log.at(-1)).toBe(1900)
  expect(second.log.at(-1)).toBe(1850)
})

it('goes on with the clock from inputs that were over', async () => {
  const idle = { ...time, idleMs: 100 }
  const spec = (log: number[]) => ({
    sources: [scripted('a', { a: [1000, 'ends'] }), scripted('b', { b: [10] }, { time: idle })],
    stages: [marks(log, 'a', 'b')],
  })
  const { last, log } = await life(spec, 1050)
  const second = await life(spec, 1050, last)

  expect(log.at(-1)).toBe(2000)
  expect(second.log.at(-1)).toBe(3050)
})

it('counts what comes behind a mark of the clock as late after silence, also in a later run', async () => {
  const idle = { ...time, idleMs: 100 }
  const spec = (times: readonly number[]) => (log: number[]) => ({
    sources: [scripted('a', { p: times }, { time: idle })],
    stages: [marks(log, 'a')],
  })
  const { last } = await life(spec([1000]), 500)
  const second = await life(spec([1000, 1001]), 10, last)

  expect(second.last.sources['a']?.counts.metrics).toEqual({ lateAfterIdle: 1 })
})

it('gives a watermark strategy what it kept', async () => {
  const before = (log: number[], values: readonly number[]) => ({
    sources: [
      scripted(
        'a',
        { p: values },
        {
          time: {
            ...time,
            watermarks: () => {
              let sum = 0
              return {
                after: (timestamp: number) => (sum += timestamp),
                snapshot: () => sum,
                restore: (kept: unknown) => void (sum = kept as number),
              }
            },
          },
        },
      ),
    ],
    stages: [marks(log, 'a')],
  })
  const { last, log } = await life((one) => before(one, [1, 2]), 10)
  const second = await life((one) => before(one, [1, 2, 3]), 10, last)

  expect(log).toEqual([1, 3])
  expect(second.log).toEqual([6])
})

it('a watermark strategy that cannot say what it keeps, or go on, is blamed for that', async () => {
  const strategy = { after: () => 0, snapshot: () => 1, restore() {} }
  const fails = (): never => {
    throw new Error('no idea')
  }
  const run = async (more: Partial<WatermarkStrategy>, restored?: JobCheckpoint) => {
    const runtime = createManualRuntime({ startMs: 1000 })
    const watermarks = () => ({ ...strategy, ...more })
    const source = scripted('a', { p: [1] }, { time: { ...time, watermarks } })
    const store = memoryStore()
    const spec = job({
      sources: [source],
      sinks: [listSink('sink', [from('a')])],
      checkpoint: { everyMs: 100, store, restored },
    })
    const running = createJob(spec, { runtime })
    const ended = running.run()
    await runtime.elapse(500)
    void running.stop()
    await runtime.elapse(500)
    return { last: store.last, error: (await ended).error }
  }

  const { last } = await run({})
  const { error: ofSnapshot } = await run({ snapshot: fails })
  const { error: ofRestore } = await run({ restore: fails }, last)

  expect([ofSnapshot?.message, ofRestore?.message]).toMatchInlineSnapshot(`
    [
      "The watermark strategy of source "a" failed in snapshot: no idea",
      "The watermark strategy of source "a" failed in restore: no idea",
    ]
  `)
})
