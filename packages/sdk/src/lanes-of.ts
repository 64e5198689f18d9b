import type { OrderedStage } from './why-unordered.ts'

interface Reading extends OrderedStage {
  readonly parallel?:
    | (OrderedStage['parallel'] & {
        readonly runs?: string
        readonly inFlight?: number | undefined
      })
    | undefined
  readonly by?: unknown
  readonly isHalf?: boolean | undefined
  readonly spill?: unknown
  readonly factory: { readonly traits: { readonly keeps: string }; readonly combined?: unknown }
}

/** The parts of a job, as far as their threads go. */
export interface LanedJob<Stage extends Reading = Reading> {
  readonly sources: readonly SplitSource[]
  /** In an order in which every stage stands after what it reads. */
  readonly stages: readonly Stage[]
}

interface SplitSource {
  readonly id: string
  readonly parallel?: { readonly workers: number } | undefined
  readonly factory: { readonly traits: { readonly splits?: boolean | undefined } }
}

/** Whether several workers read a source. */
export function isSplit({ factory, parallel }: SplitSource): boolean {
  return (parallel?.workers ?? 1) > 1 && factory.traits.splits === true
}

/**
 * The stages that run with the workers of a source, by id, each with the id of that source: they have no `by`, read nothing but what those
 * read, and keep nothing and run once, or have as many threads as the source has workers, in no order. `parks`: whether records of a stage that fail wait.
 */
export function lanesOf<Stage extends Reading>(
  { sources, stages }: LanedJob<Stage>,
  parks: (stage: Stage) => boolean,
): ReadonlyMap<string, string> {
  const split = new Map(
    sources.filter(isSplit).map(({ id, parallel }) => [id, parallel?.workers ?? 1]),
  )
  const lanes = new Map<string, string>()
  for (const stage of stages) {
    const from = stage.inputs.flatMap((input) => input.from.map(({ id }) => lanes.get(id) ?? id))
    const [source = ''] = from
    const workers = split.get(source)
    if (workers === undefined || from.some((id) => id !== source)) continue
    if (stage.spill !== undefined || (hasKeys(stage.by) && stage.isHalf !== true)) continue
    const isFree = (stage.parallel?.workers ?? 1) === 1 && stage.factory.traits.keeps === 'nothing'
    if ((isFree || isBeside(stage, workers)) && !parks(stage)) lanes.set(stage.id, source)
  }
  return lanes
}

/**
 * The stages that come in two halves of which the first runs with the workers of a source, by id, each with the id of that source: all that they read is
 * of it, with the same key whatever the input. `lanes`: those of `lanesOf`; `parks`: as there, for behind a record that waits each of its key
 * waits by itself.
 */
export function combinedOf<Stage extends Reading>(
  { sources, stages }: LanedJob<Stage>,
  lanes: ReadonlyMap<string, string>,
  parks: (stage: Stage) => boolean,
): ReadonlyMap<string, string> {
  const split = new Set(sources.filter(isSplit).map(({ id }) => id))
  const combined = new Map<string, string>()
  for (const stage of stages) {
    const from = stage.inputs.flatMap((input) => input.from.map(({ id }) => lanes.get(id) ?? id))
    const [source = ''] = from
    const isOfOne = stage.inputs.length === 1 && split.has(source)
    if (!isOfOne || from.some((id) => id !== source) || stage.factory.combined === undefined)
      continue
    if ((stage.by === undefined || Array.isArray(stage.by)) && !parks(stage)) {
      combined.set(stage.id, source)
    }
  }
  return combined
}

/** Whether a stage has as many threads as its source, and no word on what waits before them: each gives its results to the one beside it. */
function isBeside({ parallel }: Reading, workers: number): boolean {
  const { inFlight, mode, runs } = parallel ?? {}
  const isPlain = runs === 'threads' && mode === 'unordered' && inFlight === undefined
  return isPlain && parallel?.workers === workers
}

/** Sources and stages as far as the order of what they give goes, for `whyUnordered`: what several workers read comes in none. */
export function ordersOf<Stage extends Reading>(
  job: LanedJob<Stage>,
  lanes: ReadonlyMap<string, string>,
): readonly OrderedStage[] {
  const orders = new Map<string, OrderedStage>()
  for (const source of job.sources) {
    const { workers = 1 } = isSplit(source) ? (source.parallel ?? {}) : {}
    orders.set(source.id, { id: source.id, inputs: [], parallel: { workers, mode: 'unordered' } })
  }
  for (const stage of job.stages) {
    const source = orders.get(lanes.get(stage.id) ?? '')
    orders.set(stage.id, source === undefined ? stage : { ...source, id: stage.id })
  }
  return [...orders.values()]
}

const hasKeys = (by: unknown): boolean =>
  typeof by === 'object' && by !== null && Object.keys(by).length > 0
