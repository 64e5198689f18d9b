import { invariant } from '@millrace/base'
import { type InstanceScope, jobDefaults } from '@millrace/sdk'
import type { CheckpointSpec } from '../checkpoint/checkpoint.ts'
import { type ErrorPolicy, resolvePolicy, sourcePolicy } from '../plan/error-policy.ts'
import type { JobSpec, SinkSpec, StageSpec } from '../plan/job-spec.ts'
import { isReplicaOf, namedStage, replicaId, stageOf } from '../plan/parallel-spec.ts'
import { onlyReader } from '../plan/only-reader.ts'
import type { Place } from '../plan/place.ts'
import { SinkCounter, SourceCounter, StageCounter } from '../report/counters.ts'
import type { PartLetters, SavedLetters } from '../report/dead-letter-log.ts'
import { Alignment } from '../run/alignment.ts'
import type { Edge, OverflowTarget } from '../run/edge.ts'
import { timerError } from '../run/crashed.ts'
import { Contestant } from '../run/contestant.ts'
import { FieldWatches } from '../run/field-watches.ts'
import { Failures } from '../run/failures.ts'
import type { Outbox } from '../run/outbox.ts'
import { partLogger } from '../run/part-logger.ts'
import { PartTimers } from '../run/part-timers.ts'
import { SinkTask } from '../run/sink-task.ts'
import { SharedResource } from '../run/shared-resource.ts'
import type { SourcePart } from '../run/source-part.ts'
import { workerShare } from '../run/worker-share.ts'
import { SourceTask } from '../run/source-task.ts'
import type { StagePart } from '../run/stage-part.ts'
import { StageTask } from '../run/stage-task.ts'
import type { TaskHost } from '../run/task-host.ts'
import type { SpillFile } from '../state/spill-file.ts'
import { ENG_OVERFLOW } from '../errors.ts'
import type { Node } from './node.ts'
import type { Placement, SourceTally, StageTally } from './pool.ts'
import type { SourceReader } from './source-reader.ts'
import { type GateNode, gateNodes } from './gate-nodes.ts'
import type { Wired } from './wired.ts'
import { wire } from './wiring.ts'

type Counting = Pick<StageCounter, 'id' | 'metrics'>

/** A stage of the job, wherever it runs. */
export interface StageNode extends Node<StagePart, StageTally> {
  /** It runs elsewhere. */
  readonly isRemote: boolean
  /** What it has written of dead letters. */
  readonly letters: PartLetters
}

/** A resource of the job and what it counts itself. */
export interface ResourceNode {
  readonly id: string
  readonly resource: SharedResource
  readonly module: string
  readonly metrics: ReadonlyMap<string, number>
}

/** All nodes of a job, in the order of the spec; the dead letter sink is the last sink. */
export interface Nodes {
  /** In the order in which they are opened. */
  readonly resources: readonly ResourceNode[]
  /** Of one that workers read elsewhere only what stands for it here. */
  readonly sources: readonly Node<SourcePart, SourceTally>[]
  /** Those that are read here. */
  readonly readers: readonly SourceReader[]
  readonly stages: readonly StageNode[]
  readonly sinks: readonly Node<SinkTask, SinkCounter>[]
  readonly gates: readonly GateNode[]
  /** All edges of the job, those between parts that are not here too. */
  readonly edges: readonly Wired[]
  /** Builds one replica more, of that number, of a stage without keys, all of which run here. */
  grow(stage: string, index: number): Grown
  /** From now on the first `count` replicas of such a stage get all records. Resolves when all that came of those before is passed on. */
  resize(stage: string, count: number): Promise<void>
  /** Whether such a stage has an order to keep that several replicas which write to it, those too that have retired, cannot give it. */
  isMixed(stage: string): boolean
  /** Whether more may come to a stage with replicas and no keys. */
  isFed(stage: string): boolean
}

/** A replica that is added. */
export interface Grown {
  readonly node: StageNode
  /** Makes it one of the nodes of the job, once it is open; `passed`: how many barriers will not come to it any more. */
  attach(passed: number): void
}

const everything: Placement = { isHere: () => true, standIn: () => undefined }

/**
 * Makes the tasks of a checked spec and wires them. Nothing is created or opened yet; `restored`: they go on from there. `placement`:
 * default, all parts are here.
 */
export function buildNodes(
  spec: JobSpec,
  host: TaskHost,
  { restored, setAside }: Pick<CheckpointSpec, 'restored' | 'setAside'>,
  placement: Placement = everything,
): Nodes {
  const counters = new Map(
    spec.stages.map(({ id, factory }) => [id, new StageCounter(stageOf(id), factory.traits.name)]),
  )
  const wiring = wire(spec, (stage) => overflowTarget(spec, host, counters.get(stage.id)))
  const edgesOf = (id: string): readonly Edge[] => wiring.inputs.get(id) ?? []
  const outboxOf = (id: string): Outbox => wiring.outboxes.get(id) as Outbox
  const ends = spec.sources.every((source) => source.factory.traits.ends)
  const alignment = new Alignment()
  const things = new Map<string, unknown>()
  const shared = <T>(name: string, make: () => T): T => {
    if (!things.has(name)) things.set(name, make())
    return things.get(name) as T
  }
  const lanes = new Set(
    [...spec.sources, ...spec.stages].flatMap(({ id, parallel, replica }) =>
      replica !== undefined && parallel === undefined ? [id] : [],
    ),
  )
  const failuresOf = (
    kind: 'Source' | 'Stage' | 'Sink',
    id: string,
    policy: ErrorPolicy | undefined,
  ): Failures => {
    const usual = spec.deadLetter === undefined ? 'fail' : 'deadLetter'
    const resolved = resolvePolicy(policy ?? spec.onError, usual)
    const own = kind === 'Source' ? sourcePolicy(resolved, usual) : resolved
    return new Failures(host, { kind, id, isLane: lanes.has(id) }, own, outboxOf(id).dead)
  }
  const common = <C extends Counting>(node: string, place: Place, counter: C) => {
    const timers = new PartTimers(host.runtime)
    const own = { ...scope(host, counter, timers, ends), shared }
    // Before the part runs its start has failed.
    timers.crashed = (error) => host.fail(timerError(place, error))
    const edges = edgesOf(node)
    return {
      parts: { host, outbox: outboxOf(node), scope: own, timers, counter },
      node: { counter, edges, timers, timerError: (error: unknown) => timerError(place, error) },
    }
  }

  const resources = (spec.resources ?? []).map((shared): ResourceNode => {
    const { id, factory } = shared
    const timers = new PartTimers(host.runtime)
    timers.crashed = (error) => host.fail(timerError(shared, error))
    const metrics = new Map<string, number>()
    const own = scope(host, { id, metrics }, timers, ends)
    const resource = new SharedResource(host, shared, own, timers)
    return { id, resource, module: factory.name, metrics }
  })
  const isHere = ({ id }: Place): boolean => placement.isHere(id)
  const readers = spec.sources.filter(isHere).map((worker): SourceReader => {
    const { factory, id } = worker
    const source = { ...worker, id: stageOf(id) }
    const { node, parts } = common(id, source, new SourceCounter(source.id, factory.traits.name))
    const failures = failuresOf('Source', id, source.onError)
    const whole = worker.replica && restored?.sources[source.id]
    const saved = restored?.sources[id] ?? (whole && workerShare(whole))
    load(parts.counter, failures, saved)
    const reader = onlyReader(spec, id)
    const own = {
      failures,
      alignment,
      restored: saved,
      // The stage is there, and open, before the source is read.
      prefilter: () => stages.find((stage) => stage.id === reader?.id)?.task.prefilter,
      node: id,
      ...(source.replica !== undefined && { want: () => placement.want?.(id) }),
    }
    const task = new SourceTask({ ...parts, spec: source, ...own })
    const { letters } = failures
    return { id, factory, task, letters, scope: parts.scope, ...node }
  })
  const sources = readers.flatMap((reader): readonly Node<SourcePart, SourceTally>[] => {
    const worker = spec.sources.find(({ id }) => id === reader.id)
    if (worker?.replica === undefined || placement.sourceStandIn === undefined) return [reader]
    const source = { ...worker, id: worker.replica.of }
    const own = { spec: source, local: reader, restored: restored?.sources[source.id] }
    return [{ ...reader, ...placement.sourceStandIn(own), id: source.id }]
  })
  const fields = new Map<string, FieldWatches>()
  // A worker tells the job what it has seen, which says it.
  const warnOfFields = placement.want === undefined ? host.logger.warn.bind(host.logger) : () => {}
  const stageNodes = (replica: StageSpec): StageNode[] => {
    const { factory, id } = replica
    const stage = { ...replica, id: stageOf(id) }
    const { node, parts } = common(id, stage, counters.get(id) as StageCounter)
    if (!fields.has(stage.id)) fields.set(stage.id, watchFields(stage, warnOfFields))
    const { follower } = spec
    if (follower !== undefined) {
      node.counter.onFiltered = (reason) => follower.filtered(parts.outbox.table, reason)
      node.counter.onExited = (reason) => follower.exited(parts.outbox.table, reason)
    }
    node.counter.watch(outboxOf(id).ports.filter((port) => port !== outboxOf(id).dead))
    const failures = failuresOf('Stage', id, stage.onError)
    const saved = restored?.stages[id]
    const { letters } = failures
    const whole = { id, factory, letters, ...node }
    const known = { fields: fields.get(stage.id) as FieldWatches, letters }
    const standIn = placement.isHere(id)
      ? undefined
      : placement.standIn(id, { ...known, counts: node.counter.snapshot() })
    if (standIn !== undefined) return [{ ...whole, ...standIn, isRemote: true }]
    if (!placement.isHere(id)) return []
    load(parts.counter, failures, saved)
    if (saved?.moreReasons !== undefined) node.counter.load(saved.counts, saved.moreReasons)
    const { spill } = stage
    const openSpill = spill && (() => spillOf(spec, id, spill))
    const contest = wiring.contests.get(stage.id)
    const own = {
      node: id,
      contestant:
        contest &&
        new Contestant(contest, parts.counter, () => {
          follower?.dropped(parts.outbox.table, 'outdated')
        }),
      scope: { ...parts.scope, instance: replica.replica?.index ?? 0 },
      fields: known.fields,
      failures,
      restored: saved,
      openSpill,
    }
    const task = new StageTask({ ...parts, spec: stage, ...own }, node.edges)
    return [{ ...whole, task, isRemote: false }]
  }
  const stages = spec.stages.flatMap(stageNodes)
  const sinkNode = (sink: SinkSpec, failures: Failures): Node<SinkTask, SinkCounter> => {
    const { factory, id } = sink
    const { node, parts } = common(id, sink, new SinkCounter(id, factory.traits.name))
    const saved = restored?.sinks[id]
    load(parts.counter, failures, saved)
    const isResumed = restored !== undefined
    const isBack = isResumed && setAside !== undefined
    const { ids = '' } = spec
    const last = setAside?.[id] ?? []
    const own = {
      restored: saved,
      isResumed,
      isBack,
      ids,
      setAside: [...last, ...(saved?.setAside ?? [])],
    }
    const task = new SinkTask({ ...parts, spec: sink, failures, ...own }, node.edges)
    return { id, factory, task, ...node }
  }
  const sinks = spec.sinks
    .filter(isHere)
    .map((sink) => sinkNode(sink, failuresOf('Sink', sink.id, sink.onError)))
  if (spec.deadLetter !== undefined && isHere(spec.deadLetter)) {
    // Where dead letters cannot go nothing may be lost: whatever it refuses ends the job.
    sinks.push(sinkNode(spec.deadLetter, failuresOf('Sink', spec.deadLetter.id, 'fail')))
  }
  const gates = gateNodes(spec, host, wiring, isHere)
  const replicasOf = (stage: string): readonly StageNode[] =>
    stages.filter(({ id }) => isReplicaOf(id, stage))
  const specOf = (stage: string): StageSpec => {
    const found = spec.stages.find(({ id }) => id === replicaId(stage, 0))
    invariant(found !== undefined, `"${stage}" has replicas.`)
    return found
  }
  const grow = (stage: string, index: number): Grown => {
    const like = specOf(stage)
    const replica = { of: stage, index, count: index + 1 }
    const own = { ...like, id: replicaId(stage, index), replica }
    const counter = new StageCounter(stage, own.factory.traits.name)
    counters.set(own.id, counter)
    const more = wiring.more(like.id, own, overflowTarget(spec, host, counter))
    const [node] = stageNodes(own) as [StageNode]
    return {
      node,
      attach(passed) {
        more.attach(passed)
        for (const { edge, reader } of more.read) {
          for (const { id, task } of [...sinks, ...gates]) if (id === reader) task.join(edge)
        }
        const last = stages.findLastIndex(({ id }) => isReplicaOf(id, stage))
        stages.splice(last + 1, 0, node)
      },
    }
  }
  const resize = async (stage: string, count: number): Promise<void> => {
    const own = gates.filter(({ id }) => isReplicaOf(id, stage))
    const passed = own.map(({ task }) => task.resize(count))
    wiring.fans.resize(specOf(stage), count)
    await Promise.all(passed)
  }
  const isFed = (stage: string): boolean =>
    !wiring.fans.isOver(stage) && replicasOf(stage).every(({ task }) => !task.isOver)
  const isMixed = (stage: string): boolean =>
    specOf(stage).parallel?.mode === 'ordered' && wiring.fans.isMixed(stage)
  const { edges } = wiring
  return { resources, sources, readers, stages, gates, sinks, edges, grow, resize, isMixed, isFed }
}

function watchFields(
  { id, expects, inputs }: StageSpec,
  warn: (sentence: string) => void,
): FieldWatches {
  const names = inputs.map(({ name }) => name)
  return new FieldWatches(namedStage(id), expects, names, warn)
}

async function spillOf(
  { spills }: JobSpec,
  id: string,
  spill: NonNullable<StageSpec['spill']>,
): Promise<SpillFile> {
  invariant(spills !== undefined, `The job says what "${id}" spills to.`)
  return spills(id, spill)
}

/** Goes on counting where an earlier run stopped. */
function load<Counts>(
  counter: { load(counts: Counts): void },
  { letters }: Failures,
  saved: { readonly counts: Counts; readonly letters: SavedLetters } | undefined,
): void {
  if (saved === undefined) return
  counter.load(saved.counts)
  letters.load(saved.letters)
}

function scope(
  host: TaskHost,
  { id, metrics }: Counting,
  timers: PartTimers,
  inputEnds: boolean,
): InstanceScope {
  const { logger, runtime } = host
  return {
    id,
    instance: 0,
    inputEnds,
    clock: { now: () => runtime.now(), monotonic: () => runtime.monotonic() },
    timer: timers.set,
    random: () => runtime.random(),
    logger: partLogger(logger, id),
    metrics: {
      counter: (name) => ({
        add: (count) => void metrics.set(name, (metrics.get(name) ?? 0) + count),
      }),
    },
  }
}

function overflowTarget(
  spec: JobSpec,
  host: TaskHost,
  counter: StageCounter | undefined,
): OverflowTarget | undefined {
  const policy = spec.mailbox?.overflow ?? jobDefaults.mailbox.overflow
  if (policy === 'block' || counter === undefined) return undefined
  const capacity = spec.mailbox?.capacity ?? jobDefaults.mailbox.capacity
  return {
    policy,
    dropped(count) {
      counter.in += count
      counter.dropped += count
    },
    overflowed: () => host.fail(ENG_OVERFLOW({ id: counter.id, capacity }, { stage: counter.id })),
  }
}
