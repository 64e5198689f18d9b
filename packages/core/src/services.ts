import type { Runtime } from '@millrace/base'

import type { Alarms } from './alarms.ts'
import type { Deadlines } from './deadlines.ts'
import type { EventStream } from './events.ts'
import type { LifecycleTap } from './lifecycle-tap.ts'
import type { MessageLedger } from './message-counts.ts'
import type { TopicBoard } from './topics.ts'
import type { ActorHooks, ReadyQueue } from './hooks.ts'

/** What all cells of a system share. */
export interface Services {
  readonly runtime: Runtime
  readonly queue: ReadyQueue
  readonly alarms: Alarms
  readonly deadlines: Deadlines
  readonly events: EventStream
  readonly ledger: MessageLedger
  readonly topics: TopicBoard
  readonly tap: LifecycleTap
  /** Only in a simulation. */
  readonly hooks: ActorHooks | undefined
}
