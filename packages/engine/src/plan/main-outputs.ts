import type { JobSpec, OutputRef } from './job-spec.ts'

/** What stands at the end of the line: `main`, else the main output of the last stage, or the source's where there is none. */
export function mainOutputs({
  main,
  sources,
  stages,
}: Pick<JobSpec, 'main' | 'sources' | 'stages'>): readonly OutputRef[] {
  if (main !== undefined) return main
  const last = stages.at(-1)
  if (last === undefined) return [{ id: sources[0]?.id ?? 'source', output: 'out' }]
  return [{ id: last.id, output: Object.keys(last.factory.traits.outputs)[0] ?? 'out' }]
}
