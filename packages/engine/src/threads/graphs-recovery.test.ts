import { createManualRuntime } from '@millrace/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  deadSink,
  diskCheckpoints,
  diskSink,
  newDisk,
  type Process,
  rowsSource,
  sorted,
} from '../checkpoint/lives.test-support.ts'
import { job } from '../job/engine-parts.test-support.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import { graphOf, type Shape, stagesOf } from './graphs.test-support.ts'
import { shapes } from './shapes.test-support.ts'
import { threaded } from './threads.test-support.ts'

interface Fate {
  readonly at: number
  readonly does: 'lose' | 'kill' | 'stop'
  readonly worker: number
}

function build(shape: Shape, process: Process, apart: boolean): JobSpec {
  const graph = graphOf(shape)
  const restart = { intensity: 100, backoff: { minMs: 3, maxMs: 3, factor: 1, jitter: 0 } }
  return job({
    sources: shape.sources.map((rows, at) => {
      return rowsSource(process, `source${at}`, [rows], shape.sizes[0] ?? 1)
    }),
    stages: stagesOf(graph, process.runtime, { apart, failsAt: undefined }),
    sinks: graph.ends.map((ref) => diskSink(process, `${ref.id}.${ref.output}`, [ref])),
    deadLetter: deadSink(process),
    errors: { atMost: 1, of: 10 },
    mailbox: { capacity: shape.capacity },
    restart: { intensity: 0, periodMs: 60_000, onEscalate: { restart } },
    checkpoint: diskCheckpoints(process, 7),
  })
}

/** What a job shows and counts at the end of its last life; each fate but a lost worker ends one. */
async function outcome(shape: Shape, apart: boolean, fates: readonly Fate[]) {
  const disk = newDisk()
  let fate = 0
  for (let life = 0; ; life++) {
    if (life > 20) throw new Error('The job is never done.')
    const runtime = createManualRuntime({ startMs: 1000 })
    const process: Process = { runtime, disk, isAlive: true, writesLeft: -1 }
    const spec = build(shape, process, apart)
    const stages = (): JobSpec['stages'] =>
      stagesOf(graphOf(shape), runtime, { apart, failsAt: undefined })
    const { engine, run, threads } = threaded(spec, stages, runtime)
    let due = fates[fate]?.at ?? -1
    const summary = await run((step) => {
      const next = fates[fate]
      if (next === undefined || step < due || engine.progress().state !== 'running') return
      fate++
      due = step + (fates[fate]?.at ?? 0)
      if (next.does === 'lose') threads.kill(next.worker, { exitCode: 1 })
      if (next.does === 'stop') void engine.stop()
      if (next.does === 'kill') {
        process.isAlive = false
        engine.abort()
      }
    }, 1)
    if (summary.error !== undefined && process.isAlive) checkLoss(shape, summary)
    if (summary.state !== 'completed') continue
    const shown = Object.entries(disk.sinks).map(([id, { visible }]) => {
      const isDead = id === 'dead'
      const values = visible.map((value) =>
        isDead ? (value as { record: unknown }).record : value,
      )
      return [id, sorted(values)]
    })
    const { deadLettersByCode, sinks, sources, stages: counts } = summary
    return { shown, deadLettersByCode, counts, sinks, sources }
  }
}

/** Behind the last record, where only its last checkpoint is left to take, a job does not begin anew: it fails, and the next one ends it. */
function checkLoss(shape: Shape, { error, sources }: Summary): void {
  expect(error?.code).toBe('ENG_WORKER_LOST')
  expect(sources.map(({ read }) => read)).toEqual(shape.sources.map((rows) => rows.length))
}

/** A stage in a thread is over long before the job is: it is asked again and again for its part of checkpoints. */
const soonOver: Shape = {
  sources: [[], Array.from({ length: 30 }, (_, n) => ({ n, key: 'a', t: n }))],
  sizes: [1],
  waits: [0],
  stages: [
    { kind: 'pass', reads: [0], runs: 'threads', workers: 2, isOrdered: false, batch: undefined },
  ],
  capacity: 5,
}

it('any graph is the undisturbed run in one thread, however often workers are lost or the job is killed and stopped', async () => {
  const fate = fc.record<Fate>({
    at: fc.nat(30),
    does: fc.constantFrom('lose', 'lose', 'kill', 'stop'),
    worker: fc.nat(3),
  })
  await fc.assert(
    fc.asyncProperty(shapes, fc.array(fate, { maxLength: 5 }), async (shape, fates) => {
      expect(await outcome(shape, true, fates)).toEqual(await outcome(shape, false, []))
    }),
    { numRuns: 60, examples: [[soonOver, []]] },
  )
}, 60_000)
