import type { JobSpec, OutputRef, SourceSpec, StageSpec } from '@millrace/engine'
import type {
  ReadOptions,
  RecordContext,
  StageContext,
  StageScope,
  Timer,
  TimerContext,
} from '@millrace/sdk'
import type { FileSystem } from '@millrace/store'
import type { SimulatedProcess } from '@millrace/testkit'

import { partSink } from './part-sink.ts'
import type { Plan, Row } from './plan.ts'

/** Where a job of one life runs. */
export interface Place {
  readonly process: SimulatedProcess
  readonly fs: FileSystem
  /** Told which positions a source need not give again. */
  readonly acked: (source: string, positions: Readonly<Record<string, unknown>>) => void
}

const from = (id: string): OutputRef => ({ id, output: 'out' })
const keyOf = { name: 'key', description: 'key', read: (row: unknown) => (row as Row).key }
const parity = { name: 'parity', description: 'parity', read: parityOf }

/** Sinks, by id: the first shows each result of the stage with state, in order; the second what both sources come to. */
export const sinkIds = ['running', 'totals', 'dead'] as const

/** The job of a life; they count from 0. */
export function buildJob(plan: Plan, place: Place, life: number): JobSpec {
  const { fs } = place
  const isRelayed = plan.relays[life] === true
  const meeting = both(isRelayed ? 'relay' : 'b', plan.workers[life] ?? 1)
  return {
    name: 'simulated',
    sources: [rows('a', plan.a, plan, place), rows('b', plan.b, plan, place)],
    stages: [sums(plan, place), ...(isRelayed ? [relay()] : []), meeting],
    sinks: [partSink('running', [from('sums')], fs), partSink('totals', [from('both')], fs)],
    deadLetter: partSink('dead', [], fs),
    errors: { atMost: 1, of: 1000 },
    mailbox: { capacity: plan.capacity },
  }
}

function parityOf(value: unknown): number {
  return Array.isArray(value) ? value.length % 2 : (value as Row).n % 2
}

/** Rows in batches, some at once and some later. */
function rows(
  id: string,
  partitions: readonly (readonly Row[])[],
  { size }: Plan,
  { acked, process }: Place,
): SourceSpec {
  const create = () => ({
    partitions: () => partitions.map((_, index) => `${index}`),
    async *read(partition: string, position: unknown, { signal }: ReadOptions) {
      const all = partitions[Number(partition)] ?? []
      for (let at = (position as number | undefined) ?? 0; at < all.length; at += size) {
        if (at % 3 === 0) await process.sleep(1 + (at % 5))
        if (signal.aborted) return
        yield { values: all.slice(at, at + size), position: Math.min(at + size, all.length) }
      }
    },
    ack: (positions: Readonly<Record<string, unknown>>) => acked(id, positions),
  })
  const time = { timestamp: (row: unknown) => (row as Row).t, disorderMs: 4, description: 't' }
  const traits = { name: 'rows', ends: true, replay: 'position' as const }
  return { id, time, factory: { traits, create, dispose() {} } }
}

/** Running sums that fail now and then, and timers that tell what had come together. */
function sums({ retries }: Plan, { process }: Place): StageSpec {
  const tried = new Set<Row>()
  const create = ({ state, timers }: StageScope) => {
    const sum = state.value<number>('sum', { initial: () => 0 })
    const seen = state.map<number, number>('seen', { ttl: { ms: 30 } })
    return {
      async process(row: Row, context: RecordContext) {
        const { n, t } = row
        if (n === 4) await process.sleep(1 + (t % 3))
        sum.set(sum.get() + n)
        seen.set(n, t)
        timers.event.set(t + n)
        if (n === 3 || (n === 6 && retries > 0 && !tried.has(row))) {
          tried.add(row)
          return context.reject('REFUSED', 'No.')
        }
        return [context.key, t, sum.get(), context.watermark, [...seen.entries()]]
      },
      onTimer({ at }: Timer, context: TimerContext) {
        context.emit([context.key, 'timer', at, sum.get()])
      },
      onEnd(context: StageContext) {
        for (const [key, total] of sum.entries()) context.emit([key, 'end', total])
      },
    }
  }
  const backoff = { minMs: 2, maxMs: 9, jitter: 0.5 }
  return {
    id: 'sums',
    factory: { traits: traitsOf('sums', ['in']), create, dispose() {} },
    inputs: [{ name: 'in', from: [from('a')] }],
    by: [keyOf],
    onError:
      retries === 0 ? 'deadLetter' : { retry: { times: retries, backoff }, then: 'deadLetter' },
  }
}

/** Hands on what it gets. */
function relay(): StageSpec {
  const traits = { ...traitsOf('relay', ['in']), keeps: 'nothing' as const }
  const create = () => ({ process: (row: unknown) => row })
  const inputs = [{ name: 'in', from: [from('b')] }]
  return { id: 'relay', factory: { traits, create, dispose() {} }, inputs }
}

/** Counts what comes from both sides. */
function both(right: string, workers: number): StageSpec {
  const create = ({ state }: StageScope) => {
    const count = state.numbers('count', { create: () => ({ left: 0, right: 0 }) })
    return {
      on: {
        left: () => void count.get().left++,
        right: () => void count.get().right++,
      },
      onEnd(context: StageContext) {
        for (const [key, { left, right }] of count.entries()) context.emit([key, left, right])
      },
    }
  }
  return {
    id: 'both',
    parallel: { workers, runs: 'async', mode: 'keyed' },
    factory: { traits: traitsOf('both', ['left', 'right']), create, dispose() {} },
    inputs: [
      { name: 'left', from: [from('sums')] },
      { name: 'right', from: [from(right)] },
    ],
    by: { left: [parity], right: [parity] },
  }
}

function traitsOf(name: string, inputs: readonly string[]): StageSpec['factory']['traits'] {
  const outputs = { out: 'Results.' }
  return { name, inputs, outputs, keeps: 'state', absorbs: inputs.length > 1 }
}
