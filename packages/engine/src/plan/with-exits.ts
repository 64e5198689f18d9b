import type { JobSpec, OutputRef, SinkSpec, StageSpec } from './job-spec.ts'

/** Where records go that exit: one more output of a stage whose traits say `exits`. */
export const EXIT = 'exit'

/** The names of a stage's outputs, the main one first. */
export function outputsOf({ factory: { traits } }: StageSpec): readonly string[] {
  const declared = Object.keys(traits.outputs)
  return traits.exits === true ? [...declared, EXIT] : declared
}

/**
 * The same job in which the sinks behind a stage that exits read what exits there too; where the spec names a reader of that, it alone does. Sinks
 * that are given nothing but what is late are none. Gives back the spec itself where no stage exits.
 */
export function withExits(spec: JobSpec): JobSpec {
  const { sinks, stages } = spec
  const inputs = [...sinks, ...stages.flatMap((stage) => stage.inputs)]
  const isNamed = (id: string): boolean =>
    inputs.some(({ from }) => from.some((ref) => ref.id === id && ref.output === EXIT))
  const exiting = stages.filter(({ factory, id }) => factory.traits.exits === true && !isNamed(id))
  if (exiting.length === 0) return spec
  const readers = exiting.map(({ id }) => ({ ref: { id, output: EXIT }, ids: idsBehind(id, spec) }))
  const exitsTo = (sink: SinkSpec): readonly OutputRef[] =>
    readers.flatMap(({ ids, ref }) => (isFed(sink.from, ids) ? [ref] : []))
  return {
    ...spec,
    sinks: sinks.map((sink) => ({ ...sink, from: [...sink.from, ...exitsTo(sink)] })),
  }
}

/** A stage and those that its results come to. */
function idsBehind(id: string, { stages }: JobSpec): ReadonlySet<string> {
  const ids = new Set([id])
  for (const stage of stages) {
    if (stage.inputs.some(({ from }) => isFed(from, ids))) ids.add(stage.id)
  }
  return ids
}

function isFed(from: readonly OutputRef[], ids: ReadonlySet<string>): boolean {
  return from.some(({ id, output }) => ids.has(id) && output !== 'late')
}
