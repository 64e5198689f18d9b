import type { JobSpec, OutputRef, StageSpec } from './job-spec.ts'
import { replicaId } from './parallel-spec.ts'

/**
 * The same job in which a stage `count` with several workers is that many stages `count#0`, `count#1` and so on, side by side: each
 * reads all that the stage reads, of which `wire` gives it its part, and whoever reads the stage reads all of them. Gives back the
 * spec itself where there is none such.
 */
export function expandParallel(spec: JobSpec): JobSpec {
  const many = new Set(spec.stages.filter(isMany).map(({ id }) => id))
  if (many.size === 0) return spec
  const counts = new Map(spec.stages.map(({ id, parallel }) => [id, parallel?.workers ?? 1]))
  const refs = (from: readonly OutputRef[]): readonly OutputRef[] =>
    from.flatMap((ref) => {
      if (!many.has(ref.id)) return [ref]
      return numbers(counts.get(ref.id)).map((index) => ({ ...ref, id: replicaId(ref.id, index) }))
    })
  const stages = spec.stages.flatMap((stage) => {
    const inputs = stage.inputs.map((input) => ({ ...input, from: refs(input.from) }))
    return many.has(stage.id) ? replicas({ ...stage, inputs }) : [{ ...stage, inputs }]
  })
  const sinks = spec.sinks.map((sink) => ({ ...sink, from: refs(sink.from) }))
  return { ...spec, stages, sinks }
}

function isMany({ parallel, replica }: StageSpec): boolean {
  return replica === undefined && parallel !== undefined && parallel.workers > 1
}

function replicas(stage: StageSpec): readonly StageSpec[] {
  const { id, parallel, spill } = stage
  const count = parallel?.workers ?? 1
  return numbers(count).map((index) => {
    return {
      ...stage,
      id: replicaId(id, index),
      replica: { of: id, index, count },
      ...(parallel?.runs === 'threads' && { thread: index }),
      ...(spill && { spill: { ...spill, keys: Math.ceil(spill.keys / count) } }),
    }
  })
}

function numbers(count = 1): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}
