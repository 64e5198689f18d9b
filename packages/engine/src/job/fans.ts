import { jobDefaults } from '@millrace/sdk'
import type { OutputRef, StageSpec } from '../plan/job-spec.ts'
import { Contest } from '../run/contest.ts'
import { BATCH_MAX, type Edge } from '../run/edge.ts'
import { KeyedFan } from '../run/keyed-fan.ts'
import type { Outlet } from '../run/outlet.ts'
import { keyPartsOf } from '../run/stage-keys.ts'
import { UnitFan } from '../run/unit-fan.ts'

/** Puts the edges into the replicas of a stage together, so that they are one reader to whoever writes. */
export class Fans {
  /** Of stages that have one, by id. */
  readonly contests = new Map<string, Contest>()
  readonly #window: number
  /** By stage, input and output, those of the replicas that came so far. */
  readonly #edges = new Map<string, readonly Edge[]>()

  /** `window`: records with a reader, at most. */
  constructor(window: number) {
    this.#window = window
  }

  /** Records with one stage, or with one replica of it, at most. */
  window(stage: StageSpec): number {
    const { parallel, replica } = stage
    if (replica === undefined || parallel === undefined || parallel.mode === 'keyed')
      return this.#window
    const { inFlight = jobDefaults.parallel.unitsEach * replica.count } = parallel
    return Math.max(1, Math.floor(inFlight / replica.count)) * unitOf(stage)
  }

  /** The reader that an edge into a stage makes; undefined: the edges of more replicas belong to it. */
  join(stage: StageSpec, input: string, from: OutputRef, edge: Edge): Outlet | undefined {
    const { parallel, replica } = stage
    if (replica === undefined || parallel === undefined) return edge
    const { mode } = parallel
    if ((mode === 'latestWins' || mode === 'race') && !this.contests.has(replica.of)) {
      this.contests.set(replica.of, new Contest(mode, replica.count))
    }
    const name = `${replica.of}/${input}/${from.id}.${from.output}`
    const edges = [...(this.#edges.get(name) ?? []), edge]
    this.#edges.set(name, edges)
    if (edges.length < replica.count) return undefined
    if (parallel.mode === 'keyed') return new KeyedFan(edges, keyPartsOf(stage, input))
    return new UnitFan(
      edges,
      unitOf(stage),
      parallel.mode === 'ordered',
      this.contests.get(replica.of),
    )
  }
}

/** Records of a unit, at most: what crosses to another thread or process does so in batches. */
function unitOf({ batch = BATCH_MAX, parallel }: StageSpec): number {
  return (parallel?.runs ?? 'async') === 'async' ? 1 : Math.min(batch, BATCH_MAX)
}
