import { combinerId, stageOf } from '../plan/parallel-spec.ts'
import { sumReplicas } from '../report/sum-replicas.ts'
import type { JobCheckpoint, StageCheckpoint } from './checkpoint.ts'

type Counts = StageCheckpoint['counts']

/**
 * The checkpoint with the counts that a job has whose stages come in halves as these do. Where there is no first half any more, its stage
 * has had all the records that this one had, and no partial results; where there is one now, it has handed on what its stage had had.
 * Gives back the checkpoint itself where it fits.
 */
export function halvedCounts(
  checkpoint: JobCheckpoint,
  stages: readonly { readonly id: string }[],
): JobCheckpoint {
  const wanted = new Set(stages.map(({ id }) => stageOf(id)))
  const sections = Object.entries(checkpoint.stages)
  const found = new Set(sections.map(([id]) => stageOf(id)))
  const begun = [...found].filter((id) => wanted.has(id))
  const whole = begun.filter((id) => found.has(combinerId(id)) && !wanted.has(combinerId(id)))
  const halved = begun.filter((id) => wanted.has(combinerId(id)) && !found.has(combinerId(id)))
  if (whole.length === 0 && halved.length === 0) return checkpoint
  const kept = new Map(sections)
  const countsOf = (id: string): Counts => {
    const own = sections.filter(([section]) => stageOf(section) === id)
    const [sum] = sumReplicas(own.map(([, { counts }]) => ({ ...counts, id })))
    return sum as Counts
  }
  for (const id of whole) {
    const first = combinerId(id)
    const folded = foldedOf(countsOf(first))
    for (const [section] of sections) if (stageOf(section) === first) kept.delete(section)
    const [section, stage] = sections.find(([one]) => stageOf(one) === id) as (typeof sections)[0]
    const { counts } = stage
    // Whoever folds takes all that was folded for it.
    const both = { in: counts.in + folded, used: counts.used + folded }
    kept.set(section, { ...stage, counts: { ...counts, ...both } })
  }
  for (const id of halved) kept.set(combinerId(id), handedOn(combinerId(id), countsOf(id)))
  return { ...checkpoint, stages: Object.fromEntries(kept) }
}

/** How many records more there were than came out of a first half. */
function foldedOf({ in: taken, sent }: Counts): number {
  return taken - Object.values(sent).reduce((sum, count) => sum + count, 0)
}

/** A first half that has folded nothing. */
function handedOn(id: string, { in: taken, module }: Counts): StageCheckpoint {
  const begin = Number.NEGATIVE_INFINITY
  const none = { filtered: 0, late: 0, dead: 0, dropped: 0, held: 0 }
  return {
    isOver: false,
    snapshot: {
      watermark: begin,
      largest: begin,
      eventTime: begin,
      keys: [],
      state: {},
      timers: { event: [], clock: [] },
    },
    parked: [],
    letters: { byCode: {}, first: [], unplaced: 0 },
    counts: { id, module, in: taken, used: taken, ...none, sent: { out: taken }, reasons: {} },
  }
}
