import { rescale } from '../checkpoint/rescale.ts'
import { isSplit } from '@millrace/sdk'
import { stagesInLanes } from './check-parallel.ts'
import type { GateSpec, JobSpec, OutputRef, SourceSpec, StageSpec } from './job-spec.ts'
import { keyShare, splitSnapshot } from '../state/share-snapshot.ts'
import { gateId, replicaId } from './parallel-spec.ts'
import { handingOn, withCombiners } from './with-combiners.ts'
import { withExits } from './with-exits.ts'

/**
 * The same job in which a stage `count` with several workers is that many stages `count#0`, `count#1` and so on, side by side: each
 * reads all that the stage reads, of which `wire` gives it its part, and whoever reads the stage reads all of them, or the gate that
 * puts their results in order. A source that is split is so many as well, and with each of them run the stages that keep nothing and read nothing
 * else. Gives back the spec itself where there is none such.
 */
export function expandParallel(whole: JobSpec): JobSpec {
  const spec = withLanes(withCombiners(withExits(whole)))
  const many = new Map(spec.stages.filter(isMany).map((stage) => [stage.id, stage]))
  if (many.size === 0) return fitted(spec)
  const threads = threadsOf(spec)
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
    return many.has(stage.id) ? replicas({ ...stage, inputs }, threads) : [{ ...stage, inputs }]
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

function isMany({ factory, parallel, replica }: StageSpec): boolean {
  const { mode, runs, workers = 1 } = parallel ?? {}
  if (parallel === undefined || replica !== undefined || mode === 'serial') return false
  // The only one is a replica where others may join it while it runs.
  return workers > 1 || (runs === 'async' && mode !== 'keyed' && factory.traits.keeps !== 'state')
}

/** How many threads there are: the numbers of processes go on from there. */
function threadsOf({ sources, stages }: JobSpec): number {
  const inLanes = [...sources, ...stages].map(({ thread = -1 }) => thread + 1)
  const many = stages.filter((stage) => isMany(stage) && stage.parallel?.runs === 'threads')
  return Math.max(0, ...inLanes, ...many.map(({ parallel }) => parallel?.workers ?? 0))
}

function replicas(stage: StageSpec, threads: number): readonly StageSpec[] {
  const { id, parallel, restored, spill } = stage
  const runs = parallel?.runs ?? 'async'
  const count = parallel?.workers ?? 1
  const shares = restored && splitSnapshot(restored, count, keyShare(count))
  return numbers(stage).map((index) => {
    return {
      ...stage,
      id: replicaId(id, index),
      replica: { of: id, index, count },
      restored: shares?.[index],
      ...(runs !== 'async' && { thread: runs === 'threads' ? index : threads + index }),
      ...(spill && { spill: { ...spill, keys: Math.ceil(spill.keys / count) } }),
    }
  })
}

function numbers({ parallel }: StageSpec): readonly number[] {
  return Array.from({ length: parallel?.workers ?? 1 }, (_, index) => index)
}

/** The job in which each worker of a source is a source of its own, with its own stages behind it. */
function withLanes(spec: JobSpec): JobSpec {
  const split = new Map(spec.sources.filter(isSplit).map((source) => [source.id, source]))
  if (split.size === 0) return spec
  const lanes = stagesInLanes(spec)
  const workersOf = (id: string): number => split.get(lanes.get(id) ?? id)?.parallel?.workers ?? 0
  const refs = (from: readonly OutputRef[], own?: number): readonly OutputRef[] =>
    from.flatMap((ref) => {
      const workers = workersOf(ref.id)
      if (workers === 0) return [ref]
      const all = own === undefined ? Array.from({ length: workers }, (_, index) => index) : [own]
      return all.map((index) => ({ ...ref, id: replicaId(ref.id, index) }))
    })
  const inputsOf = ({ inputs }: StageSpec, own?: number): StageSpec['inputs'] =>
    inputs.map((input) => ({ ...input, from: refs(input.from, own) }))
  const lane = <Part extends SourceSpec | StageSpec>(part: Part): readonly Part[] => {
    const { id } = part
    const count = workersOf(id)
    return Array.from({ length: count }, (_, index) => {
      const replica = { of: id, index, count }
      const inputs = 'inputs' in part ? { inputs: inputsOf(part, index) } : {}
      const isNear = index === 0 && 'isHalf' in part && part.isHalf === true
      return {
        ...part,
        ...inputs,
        ...(isNear && handingOn({ ...part, ...inputs })),
        id: replicaId(id, index),
        parallel: undefined,
        replica,
        // The first one is in the thread of the job: what there is to read goes to whoever has time.
        ...(index > 0 && { thread: index - 1 }),
      }
    })
  }
  return {
    ...spec,
    sources: spec.sources.flatMap((source) => (split.has(source.id) ? lane(source) : [source])),
    stages: spec.stages.flatMap((stage) =>
      lanes.has(stage.id) ? lane(stage) : [{ ...stage, inputs: inputsOf(stage) }],
    ),
    sinks: spec.sinks.map((sink) => ({ ...sink, from: refs(sink.from) })),
  }
}
