import type { OrderedStage } from './why-unordered.ts'

interface Reading extends OrderedStage {
  readonly by?: unknown
  readonly spill?: unknown
  readonly factory: { readonly traits: { readonly keeps: string } }
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
 * The stages that run with the workers of a source, by id, each with the id of that source: they keep nothing, have no `by` and no workers
 * of their own, and read nothing but what those read. `parks`: whether records of a stage that fail wait.
 */
export function lanesOf<Stage extends Reading>(
  { sources, stages }: LanedJob<Stage>,
  parks: (stage: Stage) => boolean,
): ReadonlyMap<string, string> {
  const split = new Set(sources.filter(isSplit).map(({ id }) => id))
  const lanes = new Map<string, string>()
  for (const stage of stages) {
    const from = stage.inputs.flatMap((input) => input.from.map(({ id }) => lanes.get(id) ?? id))
    const [source = ''] = from
    const isPlain = stage.factory.traits.keeps === 'nothing' && !hasKeys(stage.by)
    const isOnce = (stage.parallel?.workers ?? 1) === 1 && stage.spill === undefined
    const isOnly = split.has(source) && from.every((id) => id === source)
    if (isPlain && isOnce && isOnly && !parks(stage)) lanes.set(stage.id, source)
  }
  return lanes
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
