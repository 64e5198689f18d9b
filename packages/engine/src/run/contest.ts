import type { Edge } from './edge.ts'

/** What a replica has in hand. */
interface Entry {
  readonly unit: number
  readonly giveUp: () => void
  hasLost: boolean
}

/** Decides between units that several replicas have in hand. `latestWins`: one that ends outdates all older ones. `race`: all have the same, and the first to end wins. */
export class Contest {
  readonly #kind: 'latestWins' | 'race'
  /** How many replicas units go to from a number on, the last one last. */
  readonly #replicas: { readonly from: number; readonly count: number }[]
  /** Numbers of units before each replica, in their order. */
  readonly #before = new Map<Edge, number[]>()
  readonly #inHand = new Map<Edge, Entry>()
  #next = 0
  /** The newest that has ended. */
  #newest = -1
  /** Of a race, those that have ended, and how many replicas have yet to come to them. */
  readonly #left = new Map<number, number>()

  constructor(kind: 'latestWins' | 'race', replicas: number) {
    this.#kind = kind
    this.#replicas = [{ from: 0, count: replicas }]
  }

  /** From the next unit on there are so many replicas. */
  resize(count: number): void {
    this.#replicas.push({ from: this.#next, count })
  }

  /** Each unit goes to all replicas. */
  get isRace(): boolean {
    return this.#kind === 'race'
  }

  /** The number of the next unit. */
  nextUnit(): number {
    return this.#next++
  }

  /** A unit is on its way to a replica. */
  offered(edge: Edge, unit: number): void {
    const before = this.#before.get(edge) ?? []
    before.push(unit)
    this.#before.set(edge, before)
  }

  /** A replica takes the next unit in hand; false where that has lost already. `giveUp`: called when it loses. */
  begins(edge: Edge, giveUp: () => void): boolean {
    const unit = this.#before.get(edge)?.shift() ?? this.#next
    const hasLost = this.isRace ? this.#hasEnded(unit) : unit < this.#newest
    if (!hasLost) this.#inHand.set(edge, { unit, giveUp, hasLost })
    return !hasLost
  }

  /** A replica is through with what it has in hand; whether that has not lost. */
  ends(edge: Edge): boolean {
    const own = this.#inHand.get(edge)
    if (own === undefined) return false
    this.#inHand.delete(edge)
    if (own.hasLost) return false
    if (this.isRace) this.#left.set(own.unit, this.#replicasOf(own.unit) - 1)
    else this.#newest = Math.max(this.#newest, own.unit)
    for (const other of this.#inHand.values()) {
      if (this.isRace ? other.unit !== own.unit : other.unit > own.unit) continue
      other.hasLost = true
      if (this.isRace) this.#hasEnded(other.unit)
      other.giveUp()
    }
    return true
  }

  #replicasOf(unit: number): number {
    return this.#replicas.findLast(({ from }) => from <= unit)?.count ?? 1
  }

  /** Whether a unit has ended; each replica asks once. */
  #hasEnded(unit: number): boolean {
    const left = this.#left.get(unit)
    if (left === undefined) return false
    if (left === 1) this.#left.delete(unit)
    else this.#left.set(unit, left - 1)
    return true
  }
}
