import { createManualRuntime } from '@millrace/core'
import type { JobSpec, StageSpec } from '../plan/job-spec.ts'
import type { ParallelSpec } from '../plan/parallel-spec.ts'
import type { Summary } from '../report/summary.ts'
import { createJob } from './create-job.ts'
import type { EngineJob } from './engine-job.ts'
import { stage } from './engine-parts.test-support.ts'

/** What is done to a job at a time, ms after its start. */
export interface Moment {
  readonly atMs: number
  readonly act: (job: EngineJob) => void
}

/** Runs a job in virtual time until it is over. */
export async function simulate(
  spec: JobSpec,
  stepMs = 20,
  moments: readonly Moment[] = [],
): Promise<Summary> {
  const runtime = createManualRuntime()
  const job = createJob(spec, { runtime })
  for (const { act, atMs } of moments) runtime.timer(atMs, () => act(job))
  const run = job.run()
  const over = { is: false }
  void run.finally(() => (over.is = true))
  for (let step = 0; !over.is; step++) {
    if (step === 100_000) throw new Error(`The job has not ended after ${step * stepMs} ms.`)
    await runtime.elapse(stepMs)
  }
  return run
}

/** Puts records together by what `keyOf` says of them, each group in its order. */
export function groupBy<T>(
  records: readonly T[],
  keyOf: (record: T) => unknown,
): Map<unknown, T[]> {
  const groups = new Map<unknown, T[]>()
  for (const record of records) {
    const key = keyOf(record)
    groups.set(key, [...(groups.get(key) ?? []), record])
  }
  return groups
}

/** Cuts a list into batches of these sizes, over and over. */
export function cut<T>(values: readonly T[], sizes: readonly number[]): T[][] {
  const batches: T[][] = []
  for (let start = 0, turn = 0; start < values.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    batches.push(values.slice(start, start + size))
    start += size
  }
  return batches
}

/** A stage whose records are how long they take, ms; `finished` lists them as they are through. */
export function sleeper(parallel: ParallelSpec): { spec: StageSpec; finished: readonly number[] } {
  const finished: number[] = []
  const spec = stage(
    'slow',
    'source',
    ({ timer }) => ({
      process: (ms: number) => {
        return new Promise<number>((resolve) => {
          timer(ms, () => {
            finished.push(ms)
            resolve(ms)
          })
        })
      },
    }),
    { traits: { keeps: 'nothing' }, parallel },
  )
  return { spec, finished }
}
