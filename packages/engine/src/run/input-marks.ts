import type { Runtime } from '@millrace/base'
import type { Edge } from './edge.ts'

/** The event time of a stage, by what its inputs say of theirs. */
export class InputMarks {
  readonly #edges: readonly Edge[]
  readonly #runtime: Pick<Runtime, 'monotonic'>
  /** How far that of the inputs that are over had come that is furthest ahead of the clock. */
  #reached = Number.NEGATIVE_INFINITY
  /** When that one was over, on the steady clock. */
  #overMs = 0

  /** `reached`: what an earlier run had come to. */
  constructor(edges: readonly Edge[], runtime: Pick<Runtime, 'monotonic'>, reached?: number) {
    this.#edges = edges
    this.#runtime = runtime
    if (reached === undefined) return
    this.#reached = reached
    this.#overMs = runtime.monotonic()
  }

  /** How far event time has come with the clock since inputs were over; undefined: it does not follow the clock. */
  get reached(): number | undefined {
    if (this.#reached === Number.NEGATIVE_INFINITY) return undefined
    return this.#reached + this.#runtime.monotonic() - this.#overMs
  }

  /** Nothing more comes of an input: it holds nobody back. */
  over(edge: Edge): void {
    edge.mark = Number.POSITIVE_INFINITY
    const nowMs = this.#runtime.monotonic()
    if (!(edge.reached - nowMs > this.#reached - this.#overMs)) return
    this.#reached = edge.reached
    this.#overMs = nowMs
  }

  /** Whether all inputs that are not over have stepped aside. */
  get isIdle(): boolean {
    let isIdle = false
    for (const edge of this.#edges) {
      if (edge.isIdle) isIdle = true
      else if (edge.mark < Number.POSITIVE_INFINITY) return false
    }
    return isIdle
  }

  /** Whether event time goes on with the clock without anybody's word. */
  get followsClock(): boolean {
    return this.#reached > Number.NEGATIVE_INFINITY && this.isIdle
  }

  /**
   * The smallest mark of the inputs that are not idle. Where all have stepped aside, the largest of theirs and of those that are
   * over: event time goes on with the clock from there.
   */
  get mark(): number {
    const smallest = this.without(undefined)
    if (smallest < Number.POSITIVE_INFINITY || !this.isIdle) return smallest
    let largest = this.#reached + this.#runtime.monotonic() - this.#overMs
    for (const { isIdle, mark } of this.#edges) if (isIdle && mark > largest) largest = mark
    return largest
  }

  /** The smallest mark of the other inputs, those that are idle left out. */
  without(edge: Edge | undefined): number {
    let smallest = Number.POSITIVE_INFINITY
    for (const other of this.#edges) {
      if (other !== edge && !other.isIdle && other.mark < smallest) smallest = other.mark
    }
    return smallest
  }
}
