import type { EngineJob, JobSpec, KeyPart, OutputRef, StageSnapshot } from '@millrace/engine'
import {
  PARTIALS,
  type StageDefinition,
  type StageFactory,
  stageInputs,
  toStageFactory,
} from '@millrace/sdk'
import { collectSink } from '../ends.ts'
import { injectionOf } from '../injection-of.ts'
import { keysOf } from '../key-fields.ts'
import { type Rejected, runSpec } from '../run-spec.ts'
import { turnSources } from '../turn-sources.ts'
import type { StageCase } from './observe-stage.ts'

/** A record, its event time in epoch ms, and the number of the lane that it comes in. */
export interface LaneRecord {
  readonly record: unknown
  readonly time: number
  readonly lane: number
}

/** One run of a stage of which a first half runs in each lane. */
export interface LaneRun {
  /** How many; 0: the stage is in one piece, behind one source. */
  readonly lanes: number
  /** In the order in which they arrive. */
  readonly records: readonly LaneRecord[]
  /** Records per batch; these sizes take turns. */
  readonly batch: readonly number[]
  readonly disorderMs: number
  /** What it goes on from. Default: nothing. */
  readonly restored?: StageSnapshot | undefined
  /** Whether it is stopped behind the last record: its input is not over then. */
  readonly stops: boolean
}

/** What came of it. */
export interface LaneResults {
  readonly results: readonly {
    readonly on: string
    readonly value: unknown
    readonly time: number
  }[]
  readonly rejected: readonly Rejected[]
  /** What the first halves handed on as it came. */
  readonly handedOn: readonly unknown[]
  /** What the stage kept. */
  readonly kept: StageSnapshot | undefined
}

type Stage = JobSpec['stages'][number]
type Halves = NonNullable<StageFactory['combined']>
type By = readonly KeyPart[]

/** Runs a stage in halves on the real engine, as a job does where workers read its source. Rejects with the cause when the job fails. */
export async function runLanes<P>(
  definition: StageDefinition<P>,
  one: Omit<StageCase, 'input'>,
  run: LaneRun,
): Promise<LaneResults> {
  const [input = 'in'] = stageInputs(definition)
  const { keys, parts } = keysOf(one.by, [input])
  const ends = one.inputEnds ?? true
  const factory = toStageFactory(
    definition,
    injectionOf(definition, one, { ends, keys, inputs: [input] }),
  )
  const { exits, outputs } = factory.traits
  const names = [...Object.keys(outputs), ...(exits === true ? ['exit'] : [])]
  const sinks = names.map((on) => ({ on, sink: collectSink() }))
  const handed = collectSink()
  let job: EngineJob | undefined
  const sources = sourcesOf(run, ends, () => void job?.stop())
  const ids = sources.map(({ id }) => id)
  const halves = run.lanes === 0 ? undefined : factory.combined
  const by = parts[input] ?? []
  const stages = halves ? inHalves(halves, ids, input, by) : [inOne(factory, ids, input, by)]
  const { rejected } = await runSpec(
    {
      sources,
      stages: stages.map((stage) =>
        stage.id === 'stage' ? { ...stage, restored: run.restored } : stage,
      ),
      sinks: [
        ...sinks.map(({ on, sink }) => {
          return { id: `sink-${on}`, factory: sink, from: [{ id: 'stage', output: on }] }
        }),
        ...(halves ? [{ id: 'handed', factory: handed, from: outOf(ids.map(beforeOf)) }] : []),
      ],
    },
    { now: one.now, onJob: (made) => (job = made) },
  )
  const results = sinks.flatMap(({ on, sink }) =>
    sink.values.map((value, index) => ({ on, value, time: sink.timestamps[index] as number })),
  )
  return { results, rejected, handedOn: handed.values, kept: job?.snapshot()['stage'] }
}

/** A source for each lane; records come in their order, whatever lane they are in. */
function sourcesOf(run: LaneRun, ends: boolean, stop: () => void): JobSpec['sources'] {
  const ids = Array.from({ length: Math.max(1, run.lanes) }, (_, index) => `lane-${index}`)
  const laneOf = ({ lane }: LaneRecord): string => ids[lane % ids.length] as string
  const turns = run.records.map((one) => ({ from: laneOf(one), value: one.record }))
  const atEnd = run.stops ? stop : () => undefined
  const factories = turnSources(ids, turns, { ends, batch: run.batch, atEnd })
  return ids.map((id, lane) => {
    const times = run.records.filter((one) => laneOf(one) === id).map(({ time }) => time)
    let next = 0
    const time = {
      // Asked once for each record, in order.
      timestamp: () => times[next++] ?? Number.NaN,
      disorderMs: run.disorderMs,
      description: 'given by the test',
    }
    return { id, factory: factories[lane] as (typeof factories)[number], time }
  })
}

const outOf = (ids: readonly string[], output = 'out'): readonly OutputRef[] =>
  ids.map((id) => ({ id, output }))
const beforeOf = (lane: string): string => `before-${lane}`

function inOne(factory: StageFactory, lanes: readonly string[], input: string, by: By): Stage {
  return { id: 'stage', factory, inputs: [{ name: input, from: outOf(lanes) }], by }
}

/** The first half in each lane, and behind all of them the second. What is of any lane but the first crosses from one thread to another. */
function inHalves(
  { after, before }: Halves,
  lanes: readonly string[],
  input: string,
  by: By,
): readonly Stage[] {
  const befores = lanes.map((lane): Stage => {
    // What fails it hands on.
    const onError = 'fail'
    const inputs = [{ name: input, from: outOf([lane]) }]
    return { id: beforeOf(lane), factory: before, inputs, by, onError }
  })
  const crossings = lanes.slice(1).map((lane): Stage => {
    const inputs = [{ name: 'in', from: outOf([beforeOf(lane)], PARTIALS) }]
    return { id: `crossing-${lane}`, factory: crossing, inputs, onError: 'fail' }
  })
  const partials = by.map(({ description, name }): KeyPart => {
    return { name, description, read: (record) => (record as { key: never }).key[name] }
  })
  const inputs = [
    { name: input, from: outOf(lanes.map(beforeOf)) },
    {
      name: PARTIALS,
      from: [
        ...outOf(lanes.slice(0, 1).map(beforeOf), PARTIALS),
        ...outOf(crossings.map(({ id }) => id)),
      ],
    },
  ]
  const own = by.length === 0 ? [] : { [input]: by, [PARTIALS]: partials }
  return [...befores, ...crossings, { id: 'stage', factory: after, inputs, by: own }]
}

/** Hands on what is left of a record on the other side. */
const crossing: StageFactory = {
  traits: {
    name: 'crossing',
    inputs: ['in'],
    outputs: { out: 'What came, copied.' },
    keeps: 'nothing',
    absorbs: false,
  },
  create: () => ({ process: (record: unknown) => structuredClone(record) }),
  dispose: () => undefined,
}
