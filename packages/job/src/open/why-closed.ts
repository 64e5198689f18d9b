import type { MillraceError } from '@millrace/base'
import { JOB_OPEN } from './errors.ts'
import type { OpenOptions } from './open-job.ts'

/** Why a job cannot be opened; undefined: it can. */
export function whyClosed(
  { hasThreads, name }: { readonly name: string; readonly hasThreads: boolean },
  { capacity = 1, results = 'all' }: OpenOptions,
): MillraceError | undefined {
  if (hasThreads) {
    const problem = 'what becomes of a record cannot be seen from other threads and processes'
    const hint = 'Write parallel: { workers: 4, runs: async } at its stages.'
    return JOB_OPEN({ name, problem, hint })
  }
  if (results !== 'all' && results !== 'latest') {
    const problem = `results must be all or latest; got ${String(results)}`
    return JOB_OPEN({ name, problem, hint: "Write, for example, open({ results: 'latest' })." })
  }
  if (Number.isSafeInteger(capacity) && capacity > 0) return undefined
  const problem = `capacity must be a whole number of at least 1; got ${String(capacity)}`
  return JOB_OPEN({ name, problem, hint: 'Leave it out for 4,096.' })
}
