import { createManualRuntime, type ManualRuntime } from '@millrace/core'
import type {
  ReadOptions,
  RecordContext,
  SinkBatch,
  StageScope,
  Timer,
  TimerContext,
} from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createJob } from '../job/create-job.ts'
import { from, job, keyPart, stage } from '../job/engine-parts.test-support.ts'
import type { EngineJob } from '../job/engine-job.ts'
import type { JobSpec, SinkSpec, SourceSpec, StageSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import type { JobCheckpoint } from './checkpoint.ts'

interface Row {
  readonly key: string
  readonly t: number
  readonly n: number
}

/** What a run leaves to the next one. */
interface Disk {
  checkpoint: JobCheckpoint | undefined
  readonly sinks: Record<string, SinkFiles>
}

interface SinkFiles {
  /** What a reader of the sink sees. */
  visible: unknown[]
  committed: number
  readonly prepared: Map<number, readonly unknown[]>
}

/** One life of the job's process. */
interface Process {
  readonly runtime: ManualRuntime
  readonly disk: Disk
  isAlive: boolean
}

const wait = ({ runtime }: Process, ms: number): Promise<void> =>
  new Promise((resolve) => void runtime.timer(ms, resolve))

/** Gives rows in batches, some at once and some later. */
function rowsSource(
  process: Process,
  id: string,
  partitions: readonly (readonly Row[])[],
  size: number,
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
  return { id, time, factory: { traits, create, dispose() {} } }
}

/** Shows what it wrote once its checkpoint is durable. */
function exactSink(process: Process, id: string, input: string | undefined): SinkSpec {
  const files = (process.disk.sinks[id] ??= { visible: [], committed: 0, prepared: new Map() })
  let rows: unknown[] = []
  const show = (number: number): void => {
    if (files.committed >= number) return
    files.visible = [...files.visible, ...(files.prepared.get(number) ?? [])]
    files.committed = number
  }
  const create = () => ({
    async write(batch: SinkBatch) {
      for (let index = 0; index < batch.length; index++) {
        // Of the sinks that read one part only, also the ids are the same each time.
        rows.push(id === 'running' ? [batch.id(index), batch.value(index)] : batch.value(index))
      }
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
  })
  const traits = { name: 'exact', guarantee: 'All of it.', delivers: 'exactlyOnce' as const }
  const inputs = input === undefined ? [] : [from(input)]
  return { id, from: inputs, factory: { traits, create, dispose() {} } }
}

/** Running sums that fail now and then, and timers that tell what had come together. */
const sums =
  (process: Process) =>
  ({ state, timers }: StageScope) => {
    const sum = state.value<number>('sum', { initial: () => 0 })
    const seen = state.map<number, number>('seen', { ttl: { ms: 30 } })
    return {
      async process({ n, t }: Row, context: RecordContext) {
        if (n === 4) await wait(process, 1 + (t % 3))
        sum.set(sum.get() + n)
        seen.set(n, t)
        timers.event.set(t + n)
        if (n === 3) return context.reject('THREE', 'No.')
        return [context.key, t, sum.get(), context.watermark, [...seen.entries()]]
      },
      onTimer({ at }: Timer, { emit, key }: TimerContext) {
        emit([key, 'timer', at, sum.get()])
      },
      onEnd(context: { emit(value: unknown): void }) {
        for (const [key, total] of sum.entries()) context.emit([key, 'end', total])
      },
    }
  }

/** Counts what comes from both sides. */
function counts({ state }: StageScope) {
  const count = state.numbers('count', { create: () => ({ left: 0, right: 0 }) })
  return {
    on: {
      left: () => void count.get().left++,
      right: () => void count.get().right++,
    },
    onEnd(context: { emit(value: unknown): void }) {
      for (const [key, { left, right }] of count.entries()) context.emit([key, left, right])
    },
  }
}

interface Input {
  readonly a: readonly (readonly Row[])[]
  readonly b: readonly (readonly Row[])[]
  readonly size: number
  readonly everyMs: number
  readonly capacity: number
}

function jobOf(process: Process, { a, b, capacity, everyMs, size }: Input): JobSpec {
  const { disk } = process
  const parity = { name: 'parity', description: 'p', read: (row: unknown) => parityOf(row) }
  const both: StageSpec = {
    ...stage('both', 'sums', counts, {
      by: { left: [parity], right: [parity] },
      traits: { inputs: ['left', 'right'], absorbs: true },
    }),
    inputs: [
      { name: 'left', from: [from('sums')] },
      { name: 'right', from: [from('b')] },
    ],
  }
  return job({
    sources: [rowsSource(process, 'a', a, size), rowsSource(process, 'b', b, size)],
    stages: [stage('sums', 'a', sums(process), { by: [keyPart('key')] }), both],
    sinks: [exactSink(process, 'running', 'sums'), exactSink(process, 'totals', 'both')],
    deadLetter: exactSink(process, 'dead', undefined),
    errors: { atMost: 1, of: 10 },
    mailbox: { capacity },
    checkpoint: {
      everyMs,
      restored: structuredClone(disk.checkpoint),
      store: {
        async commit(checkpoint) {
          await wait(process, 2)
          if (!process.isAlive) return
          disk.checkpoint = structuredClone(checkpoint)
          await wait(process, 1)
        },
      },
    },
  })
}

function parityOf(value: unknown): unknown {
  return Array.isArray(value) ? value.length % 2 : (value as Row).n % 2
}

/** Runs the job for `ms`, then kills it; or to its end, or to a stop. */
async function live(
  disk: Disk,
  input: Input,
  fate: { readonly after: number; readonly does: 'kill' | 'stop' } | undefined,
): Promise<Summary | undefined> {
  const process = { runtime: createManualRuntime({ startMs: 1000 }), disk, isAlive: true }
  const running: EngineJob = createJob(jobOf(process, input), { runtime: process.runtime })
  const ended = running.run()
  const { runtime } = process
  await runtime.settle()
  if (fate !== undefined) {
    for (let ms = 0; ms < fate.after; ms++) await runtime.elapse(1)
    if (fate.does === 'kill') {
      process.isAlive = false
      return undefined
    }
    void running.stop()
  }
  const result: { summary?: Summary } = {}
  void ended.then((summary) => void (result.summary = summary))
  for (let ms = 0; result.summary === undefined; ms++) {
    if (ms > 10_000) throw new Error('The job has not ended.')
    await runtime.elapse(1)
  }
  expect(result.summary.error).toBeUndefined()
  return result.summary
}

const rows = fc
  .array(
    fc.record<Row>({
      key: fc.constantFrom('x', 'y', 'z'),
      t: fc.nat({ max: 8 }),
      n: fc.nat({ max: 5 }),
    }),
    { maxLength: 25 },
  )
  .map((some) => some.map((row, index) => ({ ...row, t: row.t + 2 * index })))
const inputs = fc.record<Input>({
  a: fc.array(rows, { minLength: 1, maxLength: 3 }),
  b: fc.array(rows, { minLength: 1, maxLength: 2 }),
  size: fc.integer({ min: 1, max: 4 }),
  everyMs: fc.integer({ min: 1, max: 12 }),
  capacity: fc.constantFrom(1, 3, 4096),
})
const fates = fc.array(
  fc.record({ after: fc.nat({ max: 40 }), does: fc.constantFrom('kill', 'kill', 'stop') }),
  { maxLength: 6 },
)

const sorted = (values: readonly unknown[]): unknown[] =>
  values.map((value) => JSON.stringify(value)).toSorted()

/** What a job shows and counts, without what depends on how the two sources met. */
function shown({ sinks }: Disk, { deadLetters, sources, stages, ...summary }: Summary) {
  return {
    running: sinks['running']?.visible,
    totals: sorted(sinks['totals']?.visible ?? []),
    dead: sinks['dead']?.visible.map((letter) => {
      const { time: _, ...rest } = letter as { readonly time: number }
      return rest
    }),
    deadLetters,
    byCode: summary.deadLettersByCode,
    sources: sources.map(({ malformed, read, sent }) => [malformed, read, sent]),
    stages,
    sinks: summary.sinks,
  }
}

it('is the undisturbed run for all who see it, however often it is killed or stopped', async () => {
  await fc.assert(
    fc.asyncProperty(inputs, fates, async (input, script) => {
      const quiet: Disk = { checkpoint: undefined, sinks: {} }
      const undisturbed = (await live(quiet, input, undefined)) as Summary

      const disk: Disk = { checkpoint: undefined, sinks: {} }
      let last: Summary | undefined
      for (const fate of script) {
        if (disk.checkpoint?.end !== 'finished') last = await live(disk, input, fate)
      }
      if (disk.checkpoint?.end !== 'finished' || last === undefined) {
        last = await live(disk, input, undefined)
      }

      expect(shown(disk, last as Summary)).toEqual(shown(quiet, undisturbed))
    }),
    { numRuns: 60 },
  )
})
