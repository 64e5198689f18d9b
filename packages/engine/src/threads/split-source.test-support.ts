import { createManualRuntime } from '@millrace/core'
import type { ReadOptions, RecordContext, StageScope, Timer, TimerContext } from '@millrace/sdk'
import { expect } from 'vitest'
import {
  deadSink,
  diskCheckpoints,
  diskSink,
  newDisk,
  type Process,
  type Row,
  sorted,
  wait,
} from '../checkpoint/lives.test-support.ts'
import { createJob } from '../job/create-job.ts'
import { from, job, keyPart, stage } from '../job/engine-parts.test-support.ts'
import type { JobSpec, SourceSpec, StageSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import { MemoryThreads } from './memory-threads.test-support.ts'
import { threadPool } from './thread-pool.ts'

/** As if each row took so many bytes. */
const ROW_BYTES = 20_000
const BAD = 5
const REJECTED = 4

interface Place {
  readonly bytes: number
}

/** Partitions of rows that can be read in pieces, but for those named `whole`. */
function files(
  process: Process,
  partitions: Readonly<Record<string, readonly Row[]>>,
  workers: number,
  each: number,
): SourceSpec {
  const create = () => ({
    partitions: () => Object.keys(partitions),
    async extent(name: string, position: unknown) {
      if (name.startsWith('whole')) return undefined
      const { bytes = 0 } = (position ?? {}) as Partial<Place>
      return { from: bytes, to: (partitions[name]?.length ?? 0) * ROW_BYTES, position: { bytes } }
    },
    async *read(name: string, position: unknown, { piece, signal }: ReadOptions) {
      const all = partitions[name] as readonly Row[]
      const { bytes = 0 } = (position ?? {}) as Partial<Place>
      const [start, end] = [Math.max(bytes, piece?.from ?? 0), piece?.to ?? Infinity]
      const own = [...all.entries()].filter(
        ([index]) => index * ROW_BYTES >= start && index * ROW_BYTES < end,
      )
      for (let at = 0; at < own.length; at += each) {
        if (at % (2 * each) === 0) await wait(process, 1 + ((own[at]?.[0] ?? 0) % 5))
        if (signal.aborted) return
        const some = own.slice(at, at + each)
        const offset = (index: number): number => (piece === undefined ? index : index * ROW_BYTES)
        const good = some.filter(([, { n }]) => n !== BAD)
        const bad = some.filter(([, { n }]) => n === BAD)
        const next = ((some.at(-1)?.[0] ?? 0) + 1) * ROW_BYTES
        yield {
          values: good.map(([, row]) => row),
          offsets: good.map(([index]) => offset(index)),
          malformed: bad.map(([index]) => {
            return { offset: offset(index), raw: 'x', code: 'BAD', message: 'No.' }
          }),
          bytes: Math.min(next, piece?.to ?? next) - (piece?.from ?? 0),
          position: { bytes: next },
        }
      }
    },
  })
  const traits = { name: 'files', ends: true, replay: 'position' as const, splits: true }
  const time = { timestamp: (row: unknown) => (row as Row).t, disorderMs: 9, description: 't' }
  const parallel = workers === 0 ? undefined : { workers }
  return { id: 'rows', time, parallel, factory: { traits, create, dispose() {} } }
}

/** A stage that keeps nothing, and behind it sums of each ten ticks of event time. */
export function summing(): readonly StageSpec[] {
  const plain = () => ({
    process(row: Row, context: RecordContext) {
      return row.n === REJECTED ? context.reject('FOUR', 'No.') : { ...row, n: row.n + 1 }
    },
  })
  const sums = ({ state, timers }: StageScope) => {
    const sum = state.map<number, number>('sum')
    return {
      process({ n, t }: Row) {
        const end = t - (t % 10) + 10
        sum.set(end, (sum.get(end) ?? 0) + n)
        timers.event.set(end, 'end')
      },
      onTimer({ at }: Timer, context: TimerContext) {
        const { key } = context
        context.emit({ key: key?.['key'], at, sum: sum.get(at) })
        sum.delete(at)
      },
    }
  }
  return [
    stage('plain', 'rows', plain, { traits: { keeps: 'nothing' } }),
    stage('sums', 'plain', sums, { by: [keyPart('key')], traits: { absorbs: true } }),
  ]
}

export interface Fate {
  readonly at: number
  readonly does: 'kill' | 'stop' | 'crash' | 'none'
  /** How many workers go on with it. */
  readonly then: number
}

/** What becomes of rows that so many workers read, and of the job meanwhile. */
export async function outcome(
  list: readonly Row[],
  workers: number,
  fate: Fate,
  {
    each = 2,
    stages = summing,
  }: { readonly each?: number; readonly stages?: (this: void) => readonly StageSpec[] } = {},
) {
  const disk = newDisk()
  const lives = async (count: number, does: Fate['does']): Promise<Summary> => {
    const runtime = createManualRuntime({ startMs: 1000 })
    const process = { runtime, disk, isAlive: true, writesLeft: -1 }
    const parts = { a: list.slice(0, 4), b: list.slice(4, -3), whole: list.slice(-3) }
    const spec: JobSpec = job({
      sources: [files(process, list.length < 7 ? { a: list } : parts, count, each)],
      stages: stages(),
      sinks: [diskSink(process, 'out', [from(stages().at(-1)?.id ?? '')])],
      deadLetter: deadSink(process),
      errors: { atMost: 1, of: 10 },
      checkpoint: diskCheckpoints(process, 7),
    })
    const threads = new MemoryThreads(runtime, () => {
      return { ...spec, stages: stages(), sinks: [], deadLetter: undefined }
    })
    const engine = createJob(spec, { runtime, threads: threadPool(threads) })
    const over = { is: false }
    const ending = engine.run().finally(() => (over.is = true))
    for (let step = 0; !over.is; step++) {
      if (step === 20_000) throw new Error('The job does not end.')
      const { sources, state } = engine.progress()
      const isUnderWay = state === 'running' && (sources[0]?.read ?? 0) < list.length
      if (step === fate.at && does === 'kill' && isUnderWay && count > 1) {
        threads.kill(fate.at % (count - 1), { exitCode: 1 })
      }
      if (step === fate.at && does === 'stop') void engine.stop()
      if (step === fate.at && does === 'crash') {
        process.isAlive = false
        return lives(fate.then, 'none')
      }
      await runtime.elapse(3)
    }
    const summary = await ending
    expect(summary.error).toBeUndefined()
    const isStopped = does === 'stop' && summary.state === 'stopped'
    return isStopped ? lives(fate.then, 'none') : summary
  }
  const { sources, stages: counts, warnings } = await lives(workers, fate.does)
  const dead = (disk.sinks['dead']?.visible ?? []) as {
    id: string
    stage: string
    position: { partition: string; offset: number }
  }[]
  return {
    out: sorted(disk.sinks['out']?.visible ?? []),
    counts: counts.map(({ id, in: received, dead: refused, used }) => [
      id,
      received,
      refused,
      used,
    ]),
    read: sources.map(({ id, malformed, read }) => [id, read, malformed]),
    bytes: sources.map(({ bytes }) => bytes),
    dead: sorted(dead.map(({ stage: at, position }) => [at, position.partition])),
    unseen: warnings.filter((sentence) => sentence.includes('has a field')),
    ids: sorted(dead.map(({ id }) => id)),
  }
}

export const none = { at: 0, does: 'none', then: 0 } as const
