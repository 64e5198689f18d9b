import type { JobOptions } from '@millrace/engine'
import type { LoadedJob, LoadOptions } from '@millrace/loader'

/** As `threadsOf`; a job without anything in threads or processes starts without what runs them. Throws JOB_THREADS_PROVIDE. */
export async function threadsFor(
  loaded: Pick<LoadedJob, 'spec' | 'text'>,
  options: LoadOptions,
): Promise<JobOptions['threads']> {
  const { sources = [], stages = [] } = loaded.spec ?? {}
  const isHere =
    sources.every(({ parallel }) => (parallel?.workers ?? 1) === 1) &&
    stages.every(({ parallel }) => (parallel?.runs ?? 'async') === 'async')
  if (isHere) return undefined
  const { threadsOf } = await import('./threads-of.ts')
  return threadsOf(loaded, options)
}
