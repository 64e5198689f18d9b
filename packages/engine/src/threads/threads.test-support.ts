import { createManualRuntime, type ManualRuntime } from '@millrace/core'
import { createJob } from '../job/create-job.ts'
import type { EngineJob } from '../job/engine-job.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import { MemoryThreads } from './memory-threads.test-support.ts'
import { threadPool } from './thread-pool.ts'

/** A job in virtual time, each worker thread of which builds its stages with `stagesOf`. */
export interface Threaded {
  readonly engine: EngineJob
  readonly threads: MemoryThreads
  readonly logs: readonly string[]
  /** Runs it to its end; `each` sees every step, of 5 ms unless it is told otherwise. */
  run(each?: (step: number) => void, stepMs?: number): Promise<Summary>
}

export function threaded(
  spec: JobSpec,
  stagesOf: () => JobSpec['stages'],
  runtime: ManualRuntime = createManualRuntime(),
): Threaded {
  const threads = new MemoryThreads(runtime, () => {
    // Sources and sinks are none of their business.
    return { ...spec, sources: [], sinks: [], deadLetter: undefined, stages: stagesOf() }
  })
  const logs: string[] = []
  const log =
    (level: string) =>
    (message: string, fields?: object): void =>
      void logs.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`)
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
  const engine = createJob(spec, { runtime, logger, threads: threadPool(threads) })
  const run = async (each?: (step: number) => void, stepMs = 5): Promise<Summary> => {
    const ending = engine.run()
    const over = { is: false }
    void ending.finally(() => (over.is = true))
    for (let step = 0; !over.is; step++) {
      if (step === 20_000) throw new Error('The job does not end.')
      each?.(step)
      await runtime.elapse(stepMs)
    }
    return ending
  }
  return { engine, threads, logs, run }
}
