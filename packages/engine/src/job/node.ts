import type { MillraceError } from '@millrace/base'
import type { Edge } from '../run/edge.ts'
import type { PartTimers } from '../run/part-timers.ts'

interface Disposable {
  dispose(): void | Promise<void>
}

/** One node of the job: its task, its counts and the edges into it. */
export interface Node<Task, Counter> {
  readonly id: string
  readonly factory: Disposable
  readonly task: Task
  readonly counter: Counter
  readonly edges: readonly Edge[]
  /** Tells the part what its timers throw. */
  readonly timers: PartTimers
  /** What its timers throw, as an error of the job. */
  readonly timerError: (error: unknown) => MillraceError
}
