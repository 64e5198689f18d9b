import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import type { JobOptions } from '@millrace/engine'
import type { LoadedJob, LoadOptions } from '@millrace/loader'
import { isSplit } from '@millrace/sdk'
import { JOB_THREADS_PROVIDE } from '../errors.ts'
import type { WorkerJob } from './worker-job.ts'

/**
 * What runs the stages of a loaded job that have threads or processes of their own; undefined where there are none, and then nothing of it is loaded.
 * Throws JOB_THREADS_PROVIDE.
 */
export async function threadsOf(
  { spec, text }: Pick<LoadedJob, 'spec' | 'text'>,
  options: LoadOptions,
): Promise<JobOptions['threads']> {
  const stage = spec?.stages.find(({ parallel }) => {
    return parallel !== undefined && parallel.runs !== 'async' && parallel.workers > 1
  })
  const part = stage ?? spec?.sources.find(isSplit)
  if (part === undefined) return undefined
  const runs = stage?.parallel?.runs ?? 'threads'
  const { env = process.env, provide = [], ...load } = options
  if (provide.length > 0) throw JOB_THREADS_PROVIDE({ id: part.id, runs }, part.where)
  const cache = getCompileCacheDir()
  const data: WorkerJob = {
    load: { cwd: process.cwd(), ...load, env: { ...env }, text },
    // Node makes a folder in it for each of its versions.
    compileCache: cache && dirname(cache),
  }
  const [{ threadPool }, { nodeCompile, nodeWorkers }] = await Promise.all([
    import('@millrace/engine/thread-pool'),
    import('@millrace/engine/host/threads'),
  ])
  const entry = import.meta.resolve('@millrace/job/worker')
  return threadPool(nodeWorkers(entry, data), nodeCompile)
}
