import type { GateSpec, JobSpec, OutputRef, StageSpec } from './job-spec.ts'
import { gateId, replicaId } from './parallel-spec.ts'

/**
 * The same job in which a stage `count` with several workers is that many stages `count#0`, `count#1` and so on, side by side: each
 * reads all that the stage reads, of which `wire` gives it its part, and whoever reads the stage reads all of them, or the gate that
 * puts their results in order. Gives back the spec itself where there is none such.
 */
export function expandParallel(spec: JobSpec): JobSpec {
  const many = new Map(spec.stages.filter(isMany).map((stage) => [stage.id, stage]))
  if (many.size === 0) return spec
  const gates = new Map<string, GateSpec>()
  const refs = (from: readonly OutputRef[]): readonly OutputRef[] =>
    from.flatMap((ref) => {
      const stage = many.get(ref.id)
      if (stage === undefined) return [ref]
      const all = numbers(stage).map((index) => ({ ...ref, id: replicaId(ref.id, index) }))
      if (stage.parallel?.mode !== 'ordered') return all
      const id = gateId(ref.id, ref.output)
      gates.set(id, { id, output: ref.output, from: all })
      return [{ id, output: ref.output }]
    })
  const stages = spec.stages.flatMap((stage) => {
    const inputs = stage.inputs.map((input) => ({ ...input, from: refs(input.from) }))
    return many.has(stage.id) ? replicas({ ...stage, inputs }) : [{ ...stage, inputs }]
  })
  const sinks = spec.sinks.map((sink) => ({ ...sink, from: refs(sink.from) }))
  return { ...spec, stages, gates: [...gates.values()], sinks }
}

function isMany({ parallel, replica }: StageSpec): boolean {
  const { mode, workers = 1 } = parallel ?? {}
  return replica === undefined && workers > 1 && mode !== 'serial'
}

function replicas(stage: StageSpec): readonly StageSpec[] {
  const { id, parallel, spill } = stage
  const count = parallel?.workers ?? 1
  return numbers(stage).map((index) => {
    return {
      ...stage,
      id: replicaId(id, index),
      replica: { of: id, index, count },
      ...(parallel?.runs === 'threads' && { thread: index }),
      ...(spill && { spill: { ...spill, keys: Math.ceil(spill.keys / count) } }),
    }
  })
}

function numbers({ parallel }: StageSpec): readonly number[] {
  return Array.from({ length: parallel?.workers ?? 1 }, (_, index) => index)
}
