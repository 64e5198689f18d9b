import { createManualRuntime } from '@millrace/core'
import type { RecordContext, StageScope } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  deadSink,
  diskCheckpoints,
  diskSink,
  newDisk,
  type Row,
  rows,
  rowsSource,
  sorted,
} from '../checkpoint/lives.test-support.ts'
import { from, job, keyPart, stage } from '../job/engine-parts.test-support.ts'
import type { StageSpec } from '../plan/job-spec.ts'
import { threaded } from './threads.test-support.ts'

/** Running sums by key, and behind them a stage without one. */
function stages(runs: 'async' | 'threads'): readonly StageSpec[] {
  const sums = ({ state }: StageScope) => {
    const sum = state.value<number>('sum', { initial: () => 0 })
    return {
      process({ n, t }: Row, context: RecordContext) {
        sum.set(sum.get() + n)
        if (n === 3) return context.reject('THREE', 'No.')
        return { key: context.key?.['key'], t, sum: sum.get() }
      },
    }
  }
  const twice = { process: (record: { sum: number }) => ({ ...record, twice: record.sum * 2 }) }
  return [
    stage('sums', 'rows', sums, {
      by: [keyPart('key')],
      parallel: { workers: 2, runs, mode: 'keyed' },
    }),
    stage('twice', 'sums', twice, {
      traits: { keeps: 'nothing' },
      parallel: { workers: 2, runs, mode: 'unordered' },
    }),
  ]
}

interface Event {
  readonly at: number
  readonly stage: 'sums' | 'twice' | 'thread'
  readonly workers: number
}

async function outcome(
  list: readonly Row[],
  runs: 'async' | 'threads',
  events: readonly Event[] = [],
) {
  const disk = newDisk()
  const runtime = createManualRuntime({ startMs: 1000 })
  const process = { runtime, disk, isAlive: true, writesLeft: -1 }
  const spec = job({
    sources: [rowsSource(process, 'rows', [list.slice(0, 9), list.slice(9)], 2)],
    stages: stages(runs),
    sinks: [diskSink(process, 'out', [from('twice')])],
    deadLetter: deadSink(process),
    errors: { atMost: 1, of: 10 },
    checkpoint: diskCheckpoints(process, 7),
  })
  const { engine, run, threads } = threaded(spec, () => stages(runs), runtime)
  const counts: number[] = []
  const summary = await run((step) => {
    for (const { at, stage: id, workers } of events) {
      if (at !== step) continue
      const { sources, state } = engine.progress()
      const isUnderWay = state === 'running' && (sources[0]?.read ?? 0) < list.length
      if (id === 'thread' && isUnderWay) threads.kill(0, { exitCode: 1 })
      if (id === 'thread') continue
      void engine.resize(id, workers).then(
        () => counts.push(workers),
        // It was over before.
        (error: unknown) => expect(error).toHaveProperty('code'),
      )
    }
  })
  expect(summary.error).toBeUndefined()
  const dead = (disk.sinks['dead']?.visible ?? []) as { record: unknown }[]
  return {
    counts,
    shown: {
      stages: JSON.stringify(summary.stages),
      out: sorted(disk.sinks['out']?.visible ?? []),
      dead: sorted(dead.map(({ record }) => record)),
    },
  }
}

it('threads are added and taken away while the job runs, and lost, and nothing else is seen of it', async () => {
  let resized = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(rows, { minLength: 4, maxLength: 6 }).map((some) => some.flat()),
      fc.array(
        fc.record<Event>({
          at: fc.nat(8),
          stage: fc.constantFrom('sums', 'sums', 'twice', 'thread'),
          workers: fc.integer({ min: 1, max: 4 }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      async (list, events) => {
        const { counts, shown } = await outcome(list, 'threads', events)

        expect(shown).toEqual((await outcome(list, 'async')).shown)
        resized += counts.length
      },
    ),
    { numRuns: 60 },
  )
  // A law of refusals would be none.
  expect(resized).toBeGreaterThan(10)
})
