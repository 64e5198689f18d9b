/** Everything a job may not know by itself: clocks, timers, chance and scheduling. The only door to them. */
export interface Runtime {
  /** Wall clock, epoch milliseconds. */
  now(): number
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number
  /** Uniform in [0, 1). */
  random(): number
  /** Runs `task` soon, never on the caller's stack. */
  schedule(task: () => void): void
  /**
   * Like `schedule`, but before the event loop goes on (in a microtask). Whoever uses it sees to it that the event loop has
   * its turns. A runtime without it is asked to `schedule`.
   */
  soon?(task: () => void): void
  /** Runs `task` once after `delayMs`; the result cancels it. */
  timer(delayMs: number, task: () => void): () => void
  /** Resolves after the event loop has had a turn. */
  yield(): Promise<void>
}
