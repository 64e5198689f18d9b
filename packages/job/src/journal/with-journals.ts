import { join } from 'node:path'
import type { JobCheckpoint, JobSpec } from '@millrace/engine'
import type { JournalOptions } from './journaled-source.ts'

/** The journals of a job. */
export interface JournalSettings extends Pick<
  JournalOptions,
  'checkpoint' | 'fs' | 'isFirst' | 'runtime'
> {
  /** Bytes that the journal of each source that has one may take, by id. */
  readonly maxBytes: Readonly<Record<string, number>>
  /** The folder of the job's state. */
  readonly dir: string
  readonly restored: JobCheckpoint | undefined
}

/** The job with its journals between some of its sources and what reads them. */
export async function withJournals(spec: JobSpec, settings: JournalSettings): Promise<JobSpec> {
  const { dir, maxBytes, restored, ...shared } = settings
  if (Object.keys(maxBytes).length === 0) return spec
  // A job without journals starts without what keeps them.
  const { journaledSource } = await import('./journaled-source.ts')
  const sources = spec.sources.map((source) => {
    const most = maxBytes[source.id]
    if (most === undefined) return source
    const directory = join(dir, 'journal', source.id)
    const own = restored?.sources[source.id]
    return journaledSource(source, { ...shared, directory, maxBytes: most, restored: own })
  })
  return { ...spec, sources }
}
