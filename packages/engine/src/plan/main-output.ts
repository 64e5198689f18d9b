import type { JobSpec, OutputRef } from './job-spec.ts'

/** What stands at the end of the line: the main output of the last stage, or the source's where there is none. */
export function mainOutput({ sources, stages }: Pick<JobSpec, 'sources' | 'stages'>): OutputRef {
  const last = stages.at(-1)
  if (last === undefined) return { id: sources[0]?.id ?? 'source', output: 'out' }
  return { id: last.id, output: Object.keys(last.factory.traits.outputs)[0] ?? 'out' }
}
