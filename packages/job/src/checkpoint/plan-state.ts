import type { Runtime, Where } from '@millrace/base'
import type { LoadedJob } from '@millrace/loader'
import type { JobState, StartOptions } from './job-state.ts'

/** What opens the state of a job that was loaded from a file; undefined where it takes no checkpoints. */
export function planState(
  { plan, spec }: Pick<LoadedJob, 'plan' | 'spec'>,
  options: StartOptions & { readonly file: string; readonly runtime: Runtime },
): (() => Promise<JobState>) | undefined {
  const settings = plan?.checkpoint
  if (plan === undefined || spec === undefined || settings === undefined) return undefined
  const parts = [...spec.sources, ...spec.stages, ...spec.sinks]
  const where = (id: string): Where | undefined => {
    return (spec.deadLetter?.id === id ? spec.deadLetter : parts.find((part) => part.id === id))
      ?.where
  }
  return async () => {
    // A job without checkpoints starts without what keeps them.
    const { openJobState } = await import('./job-state.ts')
    const { printOf } = await import('./job-print.ts')
    const print = printOf(plan, settings.folder)
    return openJobState({ ...options, settings, job: plan.name, print, where })
  }
}
