import type { StageSpec } from '../plan/job-spec.ts'
import { isReplicaOf, replicaId, stageOf } from '../plan/parallel-spec.ts'
import type { SavedLetters } from '../report/dead-letter-log.ts'
import { sumReplicas } from '../report/sum-replicas.ts'
import { joinSnapshots, keyShare, splitSnapshot } from '../state/share-snapshot.ts'
import type { JobCheckpoint, SinkCheckpoint, StageCheckpoint } from './checkpoint.ts'
import { halvedCounts } from './halved-counts.ts'

/** Most dead letters that a part quotes. */
const QUOTED_MAX = 5

/**
 * The checkpoint as the same job with other numbers of workers would have taken it: `stages` are those of the job with replicas in the
 * place of stages that run several times. What belongs to a key goes where the key is. Gives back the checkpoint itself where it fits.
 */
export function rescale(
  given: JobCheckpoint,
  stages: readonly Pick<StageSpec, 'id' | 'replica'>[],
): JobCheckpoint {
  const checkpoint = halvedCounts(given, stages)
  const wanted = new Set(stages.map(({ id }) => id))
  const changed = new Set(
    Object.keys(checkpoint.stages)
      .filter((id) => !wanted.has(id) || isPartial(id, checkpoint, stages))
      .map(stageOf),
  )
  const known = new Set(stages.map(({ id }) => stageOf(id)))
  const moved = [...changed].filter((id) => known.has(id))
  if (moved.length === 0) return checkpoint
  const kept: Record<string, StageCheckpoint> = {}
  for (const [id, stage] of Object.entries(checkpoint.stages)) {
    if (!moved.includes(stageOf(id))) kept[id] = stage
  }
  for (const id of moved) {
    const whole = joinStage(sectionsOf(checkpoint, id))
    const { count = 0 } = stages.find((stage) => stageOf(stage.id) === id)?.replica ?? {}
    // The store has it under another name.
    if (count === 0) kept[id] = { ...whole, isKept: false }
    else if (count === 1) kept[replicaId(id, 0)] = { ...whole, isKept: false }
    else {
      for (const [index, share] of splitStage(whole, count).entries()) {
        kept[replicaId(id, index)] = share
      }
    }
  }
  const sinks = Object.entries(checkpoint.sinks).map(([id, sink]) => [id, renumbered(sink)])
  return { ...checkpoint, stages: kept, sinks: Object.fromEntries(sinks) }
}

/** The same with one part for each stage that the job names, however many there were of it. */
export function joinReplicas(checkpoint: JobCheckpoint): JobCheckpoint {
  const names = [...new Set(Object.keys(checkpoint.stages).map(stageOf))]
  return rescale(
    checkpoint,
    names.map((id) => ({ id })),
  )
}

/** Fewer or more replicas have written it than there are. */
function isPartial(
  id: string,
  checkpoint: JobCheckpoint,
  stages: readonly Pick<StageSpec, 'id' | 'replica'>[],
): boolean {
  const count = stages.find((stage) => stage.id === id)?.replica?.count ?? 1
  return count !== sectionsOf(checkpoint, stageOf(id)).length
}

/** What was written of a stage, by its replicas in their order. */
function sectionsOf({ stages }: JobCheckpoint, stage: string): readonly StageCheckpoint[] {
  const ids = Object.keys(stages).filter((id) => isReplicaOf(id, stage))
  const number = (id: string): number => Number(id.slice(stage.length + 1))
  return ids
    .toSorted((one, other) => number(one) - number(other))
    .map((id) => stages[id] as StageCheckpoint)
}

function joinStage(shares: readonly StageCheckpoint[]): StageCheckpoint {
  const [first] = shares as readonly [StageCheckpoint]
  if (shares.length === 1) return first
  const [counts] = sumReplicas(
    shares.map(({ counts: own, moreReasons }) => {
      return { ...own, reasons: { ...own.reasons, ...moreReasons } }
    }),
    Number.POSITIVE_INFINITY,
  )
  const reached = shares.flatMap((share) => share.reached ?? [])
  return {
    isOver: shares.every(({ isOver }) => isOver),
    ...(reached.length > 0 && { reached: Math.max(...reached) }),
    snapshot: joinSnapshots(shares.map(({ snapshot }) => snapshot)),
    parked: shares.flatMap(({ parked }) => parked),
    letters: joinLetters(shares.map(({ letters }) => letters)),
    counts: counts ?? first.counts,
  }
}

function splitStage(whole: StageCheckpoint, count: number): readonly StageCheckpoint[] {
  const shareOf = keyShare(count)
  return splitSnapshot(whole.snapshot, count, shareOf).map((snapshot, index) => {
    const { counts, letters, ...rest } = whole
    const parked = whole.parked.filter(({ key }) => shareOf(key) === index)
    // Who has the first share counts for all.
    if (index === 0) return { ...rest, counts, letters, snapshot, parked }
    const { reached } = rest
    const none = { byCode: {}, first: [], unplaced: letters.unplaced }
    return {
      isOver: rest.isOver,
      ...(reached !== undefined && { reached }),
      snapshot,
      parked,
      letters: none,
      counts: nothing(counts),
    }
  })
}

/** Those of several as those of one. */
export function joinLetters(all: readonly SavedLetters[]): SavedLetters {
  const byCode: Record<string, number> = {}
  for (const [code, count] of all.flatMap((letters) => Object.entries(letters.byCode))) {
    byCode[code] = (byCode[code] ?? 0) + count
  }
  return {
    byCode,
    first: all.flatMap(({ first }) => first).slice(0, QUOTED_MAX),
    // A number that one of them has given nobody gives again.
    unplaced: Math.max(...all.map(({ unplaced }) => unplaced)),
  }
}

function nothing({ id, module, sent }: StageCheckpoint['counts']): StageCheckpoint['counts'] {
  const none = { in: 0, used: 0, filtered: 0, late: 0, dead: 0, dropped: 0, held: 0 }
  const outputs = Object.keys(sent).map((name) => [name, 0] as const)
  return { id, module, ...none, sent: Object.fromEntries(outputs), reasons: {} }
}

/** Its inputs are others now: no number that a record of one of them had is given again. */
function renumbered(sink: SinkCheckpoint): SinkCheckpoint {
  return { ...sink, taken: [], takenBefore: Math.max(0, sink.takenBefore ?? 0, ...sink.taken) }
}
