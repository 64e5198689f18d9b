import { createManualRuntime } from '@millrace/core'
import type { RecordContext, StageScope, Timer, TimerContext } from '@millrace/sdk'
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
import type { JobSpec, StageSpec } from '../plan/job-spec.ts'
import { threaded } from './threads.test-support.ts'

/** Running sums with timers, and behind them a count by another key. */
function stages(runs: 'async' | 'threads'): readonly StageSpec[] {
  const parallel = { workers: 2, runs, mode: 'keyed' as const }
  const sums = ({ state, timers }: StageScope) => {
    const sum = state.value<number>('sum', { initial: () => 0 })
    const seen = state.map<number, number>('seen')
    return {
      process({ n, t }: Row, context: RecordContext) {
        sum.set(sum.get() + n)
        seen.set(n, t)
        timers.event.set(t + n, 'due')
        if (n === 3) return context.reject('THREE', 'No.')
        return { key: context.key?.['key'], t, sum: sum.get(), seen: [...seen.entries()] }
      },
      onTimer({ at }: Timer, { emit, key }: TimerContext) {
        emit({ key: key?.['key'], t: at, sum: sum.get(), seen: null })
      },
    }
  }
  const counts = ({ state }: StageScope) => {
    const count = state.numbers('count', { create: () => ({ n: 0 }) })
    return {
      process: (record: { readonly key: string }) => ({ ...record, count: ++count.get().n }),
    }
  }
  return [
    stage('sums', 'rows', sums, { by: [keyPart('key')], parallel }),
    stage('counts', 'sums', counts, { by: [keyPart('key')], parallel }),
  ]
}

async function outcome(
  list: readonly Row[],
  runs: 'async' | 'threads',
  fate: { readonly at: number; readonly does: 'kill' | 'stop' | 'none'; readonly thread: number },
) {
  const disk = newDisk()
  const builds: JobSpec[] = []
  const lives = async (does: typeof fate.does): Promise<string> => {
    const runtime = createManualRuntime({ startMs: 1000 })
    const process = { runtime, disk, isAlive: true, writesLeft: -1 }
    const spec = job({
      sources: [rowsSource(process, 'rows', [list.slice(0, 9), list.slice(9)], 2)],
      stages: stages(runs),
      sinks: [diskSink(process, 'out', [from('counts')])],
      deadLetter: deadSink(process),
      errors: { atMost: 1, of: 10 },
      checkpoint: diskCheckpoints(process, 7),
    })
    builds.push(spec)
    const { engine, run, threads } = threaded(spec, () => stages(runs), runtime)
    const summary = await run((step) => {
      // Before its first record it is most often configured wrong, and behind the last one nothing is left to go on with.
      const { sources, state } = engine.progress()
      const isUnderWay = state === 'running' && (sources[0]?.read ?? 0) < list.length
      if (step !== fate.at || (does === 'kill' && !isUnderWay)) return
      if (does === 'kill') threads.kill(fate.thread, { exitCode: 1 })
      if (does === 'stop') void engine.stop()
    })
    expect(summary.error).toBeUndefined()
    if (does === 'stop' && summary.state === 'stopped') return lives('none')
    return JSON.stringify(summary.stages)
  }
  const counts = await lives(fate.does)
  const dead = (disk.sinks['dead']?.visible ?? []) as { id: string; record: unknown }[]
  return {
    counts,
    out: sorted(disk.sinks['out']?.visible ?? []),
    dead: sorted(dead.map(({ id, record }) => [id, record])),
  }
}

it('goes on from the last checkpoint when a thread is lost or the job is stopped, as if nothing had been', async () => {
  await fc.assert(
    fc.asyncProperty(
      rows,
      fc.record({
        at: fc.nat(12),
        does: fc.constantFrom('kill' as const, 'stop' as const, 'none' as const),
        thread: fc.nat(1),
      }),
      async (list, fate) => {
        const apart = await outcome(list, 'threads', fate)

        expect(apart).toEqual(await outcome(list, 'async', { ...fate, does: 'none' }))
      },
    ),
    { numRuns: 40 },
  )
})
