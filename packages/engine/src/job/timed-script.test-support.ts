import type { ManualRuntime } from '@millrace/core'
import fc, { type Arbitrary } from 'fast-check'
import type { StageSpec } from '../plan/job-spec.ts'
import type { StageCounts, Summary } from '../report/summary.ts'
import type { StageSnapshot } from '../state/saved-state.ts'
import { createJob } from './create-job.ts'
import { from, gatedSource, job, listSink } from './engine-parts.test-support.ts'

/** Rows that come, or time that goes by. */
export type Step<Row> = { readonly rows: readonly Row[] } | { readonly waitMs: number }

export interface Script<Row> {
  readonly runtime: ManualRuntime
  readonly steps: readonly Step<Row>[]
  readonly end: 'end' | 'stop'
  /** How far the watermark trails, ms. */
  readonly disorderMs: number
}

export interface Played {
  readonly out: readonly unknown[]
  /** What the stage counted after each step. */
  readonly counts: readonly StageCounts[]
  readonly summary: Summary
  readonly snapshot: () => StageSnapshot
}

/** Random steps: at most `most`, with waits of at most `waitMs`. Event time climbs by 2 from row to row. */
export function stepsOf<Row extends { readonly t: number }>(
  rows: Arbitrary<Row>,
  { most, waitMs }: { readonly most: number; readonly waitMs: number },
): Arbitrary<Step<Row>[]> {
  const some = fc.array(rows, { minLength: 1, maxLength: 4 })
  const wait = fc.integer({ min: 1, max: waitMs })
  const step = fc.oneof(fc.record({ rows: some }), fc.record({ waitMs: wait }))
  return fc.array(step, { maxLength: most }).map((steps) => {
    let base = -2
    const later = (row: Row): Row => ({ ...row, t: row.t + (base += 2) })
    return steps.map((one) => ('rows' in one ? { rows: one.rows.map(later) } : one))
  })
}

/** Plays a script to one stage that skips what fails; after each step everything that can happen has happened. */
export async function play<Row extends { readonly t: number }>(
  spec: StageSpec,
  { disorderMs, end, runtime, steps }: Script<Row>,
): Promise<Played> {
  const time = { timestamp: (row: unknown) => (row as Row).t, disorderMs, description: 't' }
  const source = { ...gatedSource(), time }
  const sink = listSink('sink', [from(spec.id)])
  const running = createJob(
    job({
      sources: [source],
      stages: [spec],
      sinks: [sink],
      onError: 'skip',
      errors: { atMost: 1, of: 10 },
    }),
    { runtime },
  )
  const ended = running.run()
  const counts: StageCounts[] = []
  await runtime.settle()
  for (const step of steps) {
    if ('rows' in step) source.give(step.rows)
    await runtime.elapse('rows' in step ? 0 : step.waitMs)
    counts.push(...running.progress().stages)
  }
  if (end === 'stop') void running.stop()
  else source.end()
  await runtime.elapse(100)
  const summary = await ended
  const snapshot = () => running.snapshot()[spec.id] as StageSnapshot
  return { out: sink.records, counts, summary, snapshot }
}
