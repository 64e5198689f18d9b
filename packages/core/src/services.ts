import type { Runtime } from '@millrace/base'

import type { Alarms } from './alarms.ts'
import type { EventStream } from './events.ts'
import type { LifecycleTap } from './lifecycle-tap.ts'
import type { RunQueue } from './run-queue.ts'

/** What all cells of a system share. */
export interface Services {
  readonly runtime: Runtime
  readonly queue: RunQueue
  readonly alarms: Alarms
  readonly events: EventStream
  readonly tap: LifecycleTap
}
