import type { MillraceError, Runtime, Where } from '@millrace/base'
import type { JobSpec } from '@millrace/engine'
import type { LoadedJob } from '@millrace/loader'
import type { Allowed } from './compare-prints.ts'
import type { JobState, StartOptions } from './job-state.ts'

/** What opens the state of a job that was loaded from a file; undefined where it takes no checkpoints. */
export function planState(
  { plan, spec }: Pick<LoadedJob, 'plan' | 'spec'>,
  options: StartOptions & { readonly file: string; readonly runtime: Runtime },
): (() => Promise<JobState>) | undefined {
  const settings = plan?.checkpoint
  if (plan === undefined || spec === undefined || settings === undefined) return undefined
  const where = placesOf(spec)
  return async () => {
    // A job without checkpoints starts without what keeps them.
    const { openJobState } = await import('./job-state.ts')
    const { printOf } = await import('./job-print.ts')
    const print = printOf(plan, settings.folder)
    return openJobState({ ...options, settings, job: plan.name, print, where })
  }
}

/**
 * Why a job that was loaded from a file cannot go on from its last checkpoint; empty where it can, or where there is none. Looks at it
 * without holding it, and opens the stages over a copy of their state: also while another job runs. Rejects with errors of the store.
 */
export async function checkState(
  { plan, spec }: Pick<LoadedJob, 'plan' | 'spec'>,
  allowed: Allowed,
  runtime: Runtime,
): Promise<readonly MillraceError[]> {
  const settings = plan?.checkpoint
  if (plan === undefined || spec === undefined || settings === undefined) return []
  const { compareJobs, usable } = await import('./compare-prints.ts')
  const { printOf } = await import('./job-print.ts')
  const { readJobState } = await import('./read-state.ts')
  const saved = await readJobState(settings.dir)
  if (saved === undefined) return []
  const print = printOf(plan, settings.folder)
  const faults = compareJobs(saved, { print, where: placesOf(spec) }, allowed)
  if (faults.length > 0) return faults
  const { rehearse } = await import('./rehearse.ts')
  const refused = await rehearse(spec, usable(saved, print), runtime)
  return refused === undefined ? [] : [refused]
}

function placesOf({
  deadLetter,
  sinks,
  sources,
  stages,
}: JobSpec): (id: string) => Where | undefined {
  const parts = [...sources, ...stages, ...sinks, ...(deadLetter === undefined ? [] : [deadLetter])]
  return (id) => parts.find((part) => part.id === id)?.where
}
