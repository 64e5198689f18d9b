import type { Arrival, Edge } from './edge.ts'

/**
 * Waits until the barrier of a checkpoint has come on every input, or its end: what comes behind the barrier on one of them
 * belongs to the next checkpoint and is held back meanwhile. The algorithm is that of Carbone and others, "Lightweight
 * asynchronous snapshots for distributed dataflows" (2015), for graphs without cycles.
 */
export class Aligner {
  readonly #edges: readonly Edge[]
  readonly #over = new Set<Edge>()
  readonly #atBarrier = new Set<Edge>()
  #held: Arrival[] = []

  constructor(edges: readonly Edge[]) {
    this.#edges = edges
  }

  /** Takes an arrival that must wait; false where it need not. */
  holds(arrival: Arrival): boolean {
    if (this.#atBarrier.size === 0 || !this.#atBarrier.has(arrival.edge)) return false
    this.#held.push(arrival)
    return true
  }

  /** The barrier came on an edge. Whether all inputs are aligned now. */
  barrier(edge: Edge): boolean {
    this.#atBarrier.add(edge)
    return this.#isAligned
  }

  /** An edge is over. Whether that is what the others were waiting for. */
  ended(edge: Edge): boolean {
    this.#over.add(edge)
    return this.#atBarrier.size > 0 && this.#isAligned
  }

  /** The checkpoint is taken: what was held back comes in its order. */
  release(): void {
    this.#atBarrier.clear()
    const held = this.#held
    this.#held = []
    for (const edge of this.#edges) edge.passBarrier()
    for (const { edge } of held) edge.announceAgain()
  }

  get #isAligned(): boolean {
    return this.#edges.every((edge) => this.#atBarrier.has(edge) || this.#over.has(edge))
  }
}
