import { join } from 'node:path'
import type { JobCheckpoint, JobSpec } from '@millrace/engine'
import type { JournalOptions } from './journaled-source.ts'

/** The journals of a job. */
export interface JournalSettings extends Pick<JournalOptions, 'fs' | 'isFirst' | 'runtime'> {
  /** Of the sources that have one. */
  readonly ids: readonly string[]
  /** The folder of the job's state. */
  readonly dir: string
  readonly restored: JobCheckpoint | undefined
}

/** The job with its journals between some of its sources and what reads them. */
export async function withJournals(spec: JobSpec, settings: JournalSettings): Promise<JobSpec> {
  const { dir, fs, ids, isFirst, restored, runtime } = settings
  if (ids.length === 0) return spec
  // A job without journals starts without what keeps them.
  const { journaledSource } = await import('./journaled-source.ts')
  const sources = spec.sources.map((source) => {
    if (!ids.includes(source.id)) return source
    const directory = join(dir, 'journal', source.id)
    const own = restored?.sources[source.id]
    return journaledSource(source, { directory, fs, isFirst, restored: own, runtime })
  })
  return { ...spec, sources }
}
