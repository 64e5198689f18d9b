import type { Runnable } from '@millrace/core'

import type { FaultPlan } from './faults.ts'
import type { Trace } from './trace.ts'

/** What actors and links need of the world they are in. */
export interface Surroundings {
  readonly faults: FaultPlan
  readonly trace: Trace
  /** Virtual time since the start, ms. */
  readonly elapsedMs: number
  /** Queues a turn. */
  add(runnable: Runnable): void
  /** Runs a task at a virtual time. */
  at(dueMs: number, task: () => void): void
  sleep(ms: number): Promise<void>
  /** Counts a promise until it settles. */
  opened(promise: Promise<unknown>): void
  /** Keeps the first use of the real world by an actor. */
  violated(error: Error): void
}
