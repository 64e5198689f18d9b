import type { StageCounter } from '../report/counters.ts'
import type { Contest } from './contest.ts'
import type { Edge } from './edge.ts'

/** One replica in a contest, and what becomes of its records that lose. */
export class Contestant {
  readonly #contest: Contest
  readonly #counter: StageCounter
  #edge: Edge | undefined
  /** Told of each that is outdated. */
  readonly #onDropped: (() => void) | undefined

  constructor(contest: Contest, counter: StageCounter, onDropped?: () => void) {
    this.#contest = contest
    this.#counter = counter
    this.#onDropped = onDropped
  }

  /** Takes the next record of an edge in hand; false where it has lost before it began. `giveUp`: called when it loses. */
  begins(edge: Edge, giveUp: () => void): boolean {
    this.#edge = edge
    if (this.#contest.begins(edge, giveUp)) return true
    this.lost()
    return false
  }

  /** The record in hand is through: whether it counts. All that it has the better of lose now. */
  ends(): boolean {
    return this.#edge !== undefined && this.#contest.ends(this.#edge)
  }

  /** An outdated record is dropped; of a race, only the winner counts. */
  lost(): void {
    if (this.#contest.isRace) this.#counter.in--
    else {
      this.#counter.dropped++
      this.#onDropped?.()
    }
  }
}
