import { stageOf } from '../plan/parallel-spec.ts'
import type { JobSpec, OutputRef, SinkSpec } from '../plan/job-spec.ts'

/** What a worker thread must know of the parts that it does not have: enough to wire the job as all others do. */
export interface Outline {
  readonly sources: readonly { readonly id: string; readonly ends: boolean }[]
  readonly sinks: readonly { readonly id: string; readonly from: readonly OutputRef[] }[]
  readonly deadLetter: string | undefined
  /** Which outputs have one depends on who reads them. */
  readonly gates: JobSpec['gates']
  /** How many workers there are of stages that say `parallel`, by id: as the job has them now. */
  readonly workers: Readonly<Record<string, number>>
}

export function outlineOf({ deadLetter, gates, sinks, sources, stages }: JobSpec): Outline {
  const workers = stages.flatMap(({ id, parallel, replica }) => {
    const count = parallel?.workers ?? replica?.count
    return count === undefined ? [] : [[stageOf(id), count] as const]
  })
  return {
    workers: Object.fromEntries(workers),
    sources: sources.map(({ id, factory }) => ({ id, ends: factory.traits.ends })),
    sinks: sinks.map(({ from, id }) => ({ id, from })),
    deadLetter: deadLetter?.id,
    gates,
  }
}

/** The job before it is expanded, with the numbers of workers that the outline has. */
export function withWorkers(spec: JobSpec, { workers }: Outline): JobSpec {
  const stages = spec.stages.map((stage) => {
    const { id, parallel } = stage
    const count = workers[id]
    return parallel === undefined || count === undefined
      ? stage
      : { ...stage, parallel: { ...parallel, workers: count } }
  })
  return { ...spec, stages }
}

/** The expanded job as the outline has it, with the stages of `spec`, and its sources that have threads. */
export function withOutline(
  spec: JobSpec,
  { deadLetter, gates, sinks, sources }: Outline,
): JobSpec {
  const { checkpoint: _, resources: __, ...others } = spec
  return {
    ...others,
    gates,
    sources: sources.map(({ ends, id }) => {
      const own = spec.sources.find((source) => source.id === id && source.thread !== undefined)
      if (own !== undefined) return own
      const traits = { name: id, ends, replay: 'none' as const }
      return { id, factory: { traits, create: elsewhere, dispose() {} } }
    }),
    sinks: sinks.map(({ from, id }) => sink(id, from)),
    deadLetter: deadLetter === undefined ? undefined : sink(deadLetter, []),
  }
}

function sink(id: string, from: readonly OutputRef[]): SinkSpec {
  const traits = { name: id, guarantee: '' }
  return { id, from, factory: { traits, create: elsewhere, dispose() {} } }
}

function elsewhere(): never {
  throw new TypeError('This part is in another thread.')
}
