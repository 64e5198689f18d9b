import type { Runtime } from '@millrace/base'
import { nodeRuntime } from '@millrace/engine/host'
import type { LoadOptions } from '@millrace/loader'
import type { Logger } from '@millrace/sdk'
import type { StartOptions } from './checkpoint/job-state.ts'
import { planState } from './checkpoint/plan-state.ts'
import { JOB_NO_STATE, JobFaults } from './errors.ts'
import { Job } from './job.ts'
import { loadSpec } from './loader.ts'
import { threadsFor } from './threads/threads-for.ts'

/** Options of `loadJob`. `runtime` and `logger` default to the real clock and to silence. */
export interface LoadJobOptions extends Omit<LoadOptions, 'file' | 'endpoints'>, StartOptions {
  readonly runtime?: Runtime
  readonly logger?: Logger
  /**
   * Lets other processes of this user ask the running job, through a socket in its state folder: `millrace status`, `savepoint` and `upgrade`
   * of its file. Default false.
   */
  readonly control?: boolean
}

/**
 * Loads a job from a YAML or JSON file. A relative `file` is relative to `options.cwd`, by default the process's folder.
 * The file may leave out source or sink: `run(input)` brings them. Throws `JobFaults` with all faults at once, and JOB_NO_STATE for
 * `from` and `control` where the job takes no checkpoints.
 */
export async function loadJob<In = unknown, Out = unknown>(
  file: string,
  options: LoadJobOptions = {},
): Promise<Job<In, Out>> {
  const { allowChanged, allowDroppedState, fresh, from, ...others } = options
  const { control, runtime = nodeRuntime, logger, ...load } = others
  const own: LoadOptions = { ...load, file, endpoints: 'optional' }
  const loaded = await loadSpec(own)
  if (loaded.spec === undefined) {
    await loaded.dispose()
    throw new JobFaults(file, loaded.faults)
  }
  if ((from !== undefined || control === true) && loaded.plan?.checkpoint === undefined) {
    await loaded.dispose()
    throw JOB_NO_STATE({ name: loaded.spec.name })
  }
  const threads = await threadsFor(loaded, own).catch(async (error: unknown) => {
    await loaded.dispose()
    throw error
  })
  const start = { allowChanged, allowDroppedState, fresh, from }
  return new Job<In, Out>({
    spec: loaded.spec,
    runtime,
    logger,
    plan: loaded.plan,
    values: loaded.values,
    warnings: loaded.warnings,
    openState: planState(loaded, { ...start, file, runtime }),
    control,
    threads,
    dispose: () => loaded.dispose(),
  })
}
