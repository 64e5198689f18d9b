import { createManualRuntime, type ManualRuntime } from '@millrace/core'
import type { ReadOptions, SinkBatch } from '@millrace/sdk'
import fc from 'fast-check'
import { expect } from 'vitest'
import { createJob } from '../job/create-job.ts'
import type { EngineJob } from '../job/engine-job.ts'
import { from } from '../job/engine-parts.test-support.ts'
import type { JobSpec, OutputRef, SinkSpec, SourceSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import type { StageChanges } from '../state/stage-changes.ts'
import type { CheckpointSpec, JobCheckpoint } from './checkpoint.ts'

export interface Row {
  readonly key: string
  readonly t: number
  readonly n: number
}

/** What a run leaves to the next one. */
export interface Disk {
  checkpoint: JobCheckpoint | undefined
  /** Of `diskChanges`: those of each stage that are still needed. */
  kept: Readonly<Record<string, readonly StageChanges[]>>
  readonly sinks: Record<string, SinkFiles>
}

interface SinkFiles {
  /** What a reader of the sink sees. */
  visible: unknown[]
  committed: number
  readonly prepared: Map<number, readonly unknown[]>
}

/** One life of the job's process. */
export interface Process {
  readonly runtime: ManualRuntime
  readonly disk: Disk
  isAlive: boolean
  /** Writes until the next one that fails; sinks count them together. */
  writesLeft: number
}

export const newDisk = (): Disk => ({ checkpoint: undefined, kept: {}, sinks: {} })

export const wait = ({ runtime }: Process, ms: number): Promise<void> =>
  new Promise((resolve) => void runtime.timer(ms, resolve))

/** Gives rows in batches, some at once and some later. */
export function rowsSource(
  process: Process,
  id: string,
  partitions: readonly (readonly Row[])[],
  size: number,
  more: Partial<SourceSpec> = {},
): SourceSpec {
  const time = { timestamp: (row: unknown) => (row as Row).t, disorderMs: 4, description: 't' }
  const create = () => ({
    partitions: () => partitions.map((_, index) => `${index}`),
    async *read(partition: string, position: unknown, { signal }: ReadOptions) {
      const rows = partitions[Number(partition)] as readonly Row[]
      for (let at = (position as number | undefined) ?? 0; at < rows.length; at += size) {
        if (at % 3 === 0) await wait(process, 1 + (at % 5))
        if (signal.aborted) return
        yield { values: rows.slice(at, at + size), position: Math.min(at + size, rows.length) }
      }
    },
  })
  const traits = { name: 'rows', ends: true, replay: 'position' as const }
  return { id, time, factory: { traits, create, dispose() {} }, ...more }
}

/** Shows what it wrote once its checkpoint is durable; `written` is what it keeps of a record. */
export function diskSink(
  process: Process,
  id: string,
  inputs: readonly OutputRef[],
  written = (batch: SinkBatch, index: number): unknown => batch.value(index),
): SinkSpec {
  const files = (process.disk.sinks[id] ??= { visible: [], committed: 0, prepared: new Map() })
  const show = (number: number): void => {
    if (files.committed >= number) return
    files.visible = [...files.visible, ...(files.prepared.get(number) ?? [])]
    files.committed = number
  }
  const create = () => {
    let rows: unknown[] = []
    return {
      async write(batch: SinkBatch) {
        if (process.writesLeft-- === 0) throw new Error('no line')
        for (let index = 0; index < batch.length; index++) rows.push(written(batch, index))
        if (rows.length % 3 === 0) await wait(process, 1 + (rows.length % 4))
      },
      async prepare({ checkpoint }: { readonly checkpoint: number }) {
        if (checkpoint % 2 === 0) await wait(process, 1)
        if (!process.isAlive) return {}
        files.prepared.set(checkpoint, rows)
        rows = []
        return { checkpoint }
      },
      async commit(token?: Readonly<Record<string, unknown>>) {
        const number = token?.['checkpoint'] as number
        if (number % 3 === 0) await wait(process, 1)
        if (process.isAlive) show(number)
      },
      recover(token: Readonly<Record<string, unknown>> | undefined) {
        const number = (token?.['checkpoint'] as number | undefined) ?? 0
        show(number)
        for (const prepared of files.prepared.keys()) {
          if (prepared > number) files.prepared.delete(prepared)
        }
      },
    }
  }
  const traits = { name: 'exact', guarantee: 'All of it.', delivers: 'exactlyOnce' as const }
  return { id, from: inputs, factory: { traits, create, dispose() {} } }
}

/** A sink for dead letters. */
export const deadSink = (process: Process): SinkSpec => diskSink(process, 'dead', [])

/** Keeps checkpoints on the disk of the process, and sees that their counts add up. */
export function diskCheckpoints(process: Process, everyMs: number): CheckpointSpec {
  const { disk } = process
  return {
    everyMs,
    restored: structuredClone(disk.checkpoint),
    store: {
      async commit(checkpoint) {
        await wait(process, 2)
        if (!process.isAlive) return
        addsUp(checkpoint)
        disk.checkpoint = structuredClone(checkpoint)
        await wait(process, 1)
      },
    },
  }
}

/** What is counted at a checkpoint is what came before it: nothing is in two places, nothing in none. */
export function addsUp({ read, sinks, sources, stages }: JobCheckpoint): void {
  const sum = (counts: Iterable<number>): number => [...counts].reduce((all, one) => all + one, 0)
  expect(sum(Object.values(sources).map(({ counts }) => counts.read))).toBe(read)
  for (const { counts, done, partitions } of Object.values(sources)) {
    expect(counts.read).toBe(counts.sent + counts.malformed)
    const isNumbered = partitions.every(({ piece }) => piece === undefined)
    if (done.length === 0 && isNumbered)
      expect(counts.read).toBe(sum(partitions.map(({ offset }) => offset)))
  }
  for (const { counts, parked } of Object.values(stages)) expect(counts.held).toBe(parked.length)
  for (const { counts, parked, taken, takenBefore } of Object.values(sinks)) {
    expect(counts.held).toBe(parked.length)
    if (takenBefore === undefined) expect(sum(taken)).toBe(counts.received)
  }
}

/** What becomes of a process after some time. */
export interface Fate {
  readonly after: number
  readonly does: 'kill' | 'stop' | 'abort' | 'ask'
}

/** Told of each life that begins. */
export type Begun = (running: EngineJob, process: Process) => void

/** Lets a job live until its fate; or to its end. Resolves to how it ended where it did in good order. */
export async function live(
  disk: Disk,
  build: (process: Process) => JobSpec,
  fate?: Fate,
  writesLeft = -1,
  begun: Begun = () => {},
): Promise<Summary | undefined> {
  const runtime = createManualRuntime({ startMs: 1000 })
  const process = { runtime, disk, isAlive: true, writesLeft }
  const running = createJob(build(process), { runtime, onParked() {} })
  const ended = running.run()
  begun(running, process)
  await runtime.settle()
  if (fate !== undefined) {
    for (let ms = 0; ms < fate.after; ms++) await runtime.elapse(1)
    if (fate.does === 'kill') {
      process.isAlive = false
      return undefined
    }
    if (fate.does === 'stop') void running.stop()
    if (fate.does === 'abort') running.abort()
    for (let asked = 0; fate.does === 'ask' && asked < 3; asked++) {
      running.checkpoint().catch((error: unknown) => expect(error).toHaveProperty('code'))
      await runtime.elapse(1)
    }
  }
  const result: { summary?: Summary } = {}
  void ended.then((summary) => void (result.summary = summary))
  for (let ms = 0; result.summary === undefined; ms++) {
    if (ms > 10_000) throw new Error('The job has not ended.')
    await runtime.elapse(1)
  }
  const { summary } = result
  // A pipeline that is to end does not begin anew.
  const mayFail = fate?.does === 'abort' || (fate?.does === 'stop' && writesLeft >= 0)
  if (mayFail && summary.state === 'failed') return undefined
  expect(summary.error).toBeUndefined()
  return summary
}

/** Lives until the job is finished. */
export async function lives(
  disk: Disk,
  build: (process: Process) => JobSpec,
  fates: readonly Fate[],
  faults: readonly number[] = [],
  begun?: Begun,
): Promise<Summary> {
  let last: Summary | undefined
  for (const [index, fate] of [...fates, undefined].entries()) {
    if (last !== undefined && disk.checkpoint?.end === 'finished') return last
    last = await live(disk, build, fate, faults[index], begun)
  }
  return last as Summary
}

export const rows: fc.Arbitrary<readonly Row[]> = fc
  .array(
    fc.record<Row>({
      key: fc.constantFrom('x', 'y', 'z'),
      t: fc.nat({ max: 8 }),
      n: fc.nat({ max: 5 }),
    }),
    { maxLength: 25 },
  )
  .map((some) => some.map((row, index) => ({ ...row, t: row.t + 2 * index })))

export const fates: fc.Arbitrary<readonly Fate[]> = fc.array(
  fc.record<Fate>({
    after: fc.nat({ max: 40 }),
    does: fc.constantFrom('kill', 'kill', 'stop', 'abort', 'ask'),
  }),
  { maxLength: 6 },
)

export const refs = (ids: readonly string[]): OutputRef[] => ids.map((id) => from(id))
export const sorted = (values: readonly unknown[]): unknown[] =>
  values.map((value) => JSON.stringify(value)).toSorted()
