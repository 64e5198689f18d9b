import { resolve } from 'node:path'
import type { Runtime } from '@millrace/base'
import type { JobSpec } from '@millrace/engine'
import { jobDefaults } from '@millrace/sdk'
import type { CheckpointOptions } from '../draft.ts'
import type { MadePart } from './job-print.ts'
import type { JobState } from './job-state.ts'

/** What opens the state of a job that was built in code. */
export function builtState(
  spec: JobSpec,
  { dir, everyMs = jobDefaults.checkpoint.everyMs, ...start }: CheckpointOptions,
  made: Readonly<Record<string, MadePart>>,
  runtime: Runtime,
): () => Promise<JobState> {
  return async () => {
    const { openJobState } = await import('./job-state.ts')
    const { printOfSpec } = await import('./job-print.ts')
    const journals = Object.fromEntries(
      Object.entries(made).flatMap(([id, { journal }]): [string, number][] =>
        journal === undefined ? [] : [[id, journal]],
      ),
    )
    const settings = { dir: resolve(dir), everyMs, journals }
    const print = printOfSpec(spec, made)
    return openJobState({ ...start, settings, job: spec.name, print, runtime })
  }
}
