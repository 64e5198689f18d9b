import { rescale } from '../checkpoint/rescale.ts'
import type { GateSpec, JobSpec, OutputRef, StageSpec } from './job-spec.ts'
import { keyShare, splitSnapshot } from '../state/share-snapshot.ts'
import { gateId, replicaId } from './parallel-spec.ts'

/**
 * The same job in which a stage `count` with several workers is that many stages `count#0`, `count#1` and so on, side by side: each
 * reads all that the stage reads, of which `wire` gives it its part, and whoever reads the stage reads all of them, or the gate that
 * puts their results in order. Gives back the spec itself where there is none such.
 */
export function expandParallel(spec: JobSpec): JobSpec {
  const many = new Map(spec.stages.filter(isMany).map((stage) => [stage.id, stage]))
  if (many.size === 0) return fitted(spec)
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
  return fitted({ ...spec, stages, gates: [...gates.values()], sinks })
}

/** What it goes on from may be of other numbers of workers. */
function fitted(spec: JobSpec): JobSpec {
  const { checkpoint, stages } = spec
  if (checkpoint?.restored === undefined) return spec
  const restored = rescale(checkpoint.restored, stages)
  return restored === checkpoint.restored
    ? spec
    : { ...spec, checkpoint: { ...checkpoint, restored } }
}

function isMany({ parallel, replica }: StageSpec): boolean {
  const { mode, workers = 1 } = parallel ?? {}
  return replica === undefined && workers > 1 && mode !== 'serial'
}

function replicas(stage: StageSpec): readonly StageSpec[] {
  const { id, parallel, restored, spill } = stage
  const count = parallel?.workers ?? 1
  const shares = restored && splitSnapshot(restored, count, keyShare(count))
  return numbers(stage).map((index) => {
    return {
      ...stage,
      id: replicaId(id, index),
      replica: { of: id, index, count },
      restored: shares?.[index],
      ...(parallel?.runs === 'threads' && { thread: index }),
      ...(spill && { spill: { ...spill, keys: Math.ceil(spill.keys / count) } }),
    }
  })
}

function numbers({ parallel }: StageSpec): readonly number[] {
  return Array.from({ length: parallel?.workers ?? 1 }, (_, index) => index)
}
