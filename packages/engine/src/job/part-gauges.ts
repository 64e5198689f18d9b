import type { Nodes } from './build-tasks.ts'
import { stageOf } from '../plan/parallel-spec.ts'
import type { Edge } from '../run/edge.ts'

/** What one source, stage or sink is at now, beside what it has counted. */
export interface PartGauges {
  readonly id: string
  readonly kind: 'source' | 'stage' | 'sink'
  /** Records on their way to it: in its mailbox, in its hands, and with whoever waits until there is room. A source has none. */
  readonly queued: number
  /** How far event time has come here, epoch ms; undefined before the first record, at the end of the input, and for sinks. */
  readonly watermarkMs: number | undefined
  /** How often it was made again since the pipeline began last. */
  readonly restarts: number
  /** Keys of a stage whose state waits on the disk, and the bytes of scratch there. Absent: all stays in memory. */
  readonly spilled?: { readonly keys: number; readonly bytes: number } | undefined
}

/** The gauges of all parts, in the order of the spec. */
export function gaugesOf({ sinks, sources, stages }: Nodes): readonly PartGauges[] {
  return [
    ...sources.map(({ id, task }): PartGauges => {
      const { restarts, watermark } = task
      return { id, kind: 'source', queued: 0, watermarkMs: known(watermark), restarts }
    }),
    ...sumReplicas(
      stages.map(({ edges, id, task }): PartGauges => {
        const { isOver, restarts, spilled, watermark } = task
        const watermarkMs = isOver ? undefined : known(watermark)
        const own = { queued: queued(edges), watermarkMs, restarts, ...(spilled && { spilled }) }
        return { id: stageOf(id), kind: 'stage', ...own }
      }),
    ),
    ...sinks.map(({ edges, id, task: { writer } }): PartGauges => {
      const { restarts } = writer
      return { id, kind: 'sink', queued: queued(edges), watermarkMs: undefined, restarts }
    }),
  ]
}

/** Those of the replicas of a stage together; its event time is that of the one that is behind. */
function sumReplicas(all: readonly PartGauges[]): readonly PartGauges[] {
  const sums: PartGauges[] = []
  for (const gauges of all) {
    const last = sums.at(-1)
    if (last?.id === gauges.id) sums[sums.length - 1] = sum(last, gauges)
    else sums.push(gauges)
  }
  return sums
}

function sum(one: PartGauges, other: PartGauges): PartGauges {
  const { keys = 0, bytes = 0 } = other.spilled ?? {}
  const marks = [one.watermarkMs, other.watermarkMs].filter((mark) => mark !== undefined)
  return {
    ...one,
    queued: one.queued + other.queued,
    watermarkMs: marks.length === 2 ? Math.min(...marks) : undefined,
    restarts: one.restarts + other.restarts,
    ...(one.spilled && {
      spilled: { keys: one.spilled.keys + keys, bytes: one.spilled.bytes + bytes },
    }),
  }
}

function queued(edges: readonly Edge[]): number {
  return edges.reduce((sum, edge) => sum + edge.queued, 0)
}

function known(watermark: number): number | undefined {
  return Number.isFinite(watermark) ? watermark : undefined
}
