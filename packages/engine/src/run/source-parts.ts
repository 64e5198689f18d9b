import type { InstanceScope, StageInstance } from '@millrace/sdk'
import type { SourceSnapshot } from '../checkpoint/checkpoint.ts'
import type { SourceSpec } from '../plan/job-spec.ts'
import type { SourceCounter } from '../report/counters.ts'
import type { Alignment } from './alignment.ts'
import type { Failures } from './failures.ts'
import type { Outbox } from './outbox.ts'
import type { PartTimers } from './part-timers.ts'
import type { TaskHost } from './task-host.ts'

/** What a source is made of. */
export interface SourceParts {
  readonly host: TaskHost
  readonly spec: SourceSpec
  readonly outbox: Outbox
  readonly failures: Failures
  readonly counter: SourceCounter
  readonly scope: InstanceScope
  /** Those of the instance in use. */
  readonly timers: PartTimers
  /** That of all sources together. */
  readonly alignment: Alignment
  /** That of the only stage that reads it. */
  readonly prefilter: () => StageInstance['prefilter']
  /** Where it stood in an earlier run. */
  readonly restored: SourceSnapshot | undefined
  /** Its id among the parts of the job: of a worker its own, where `spec` has that of the source. */
  readonly node: string
  /** Asks for more to read, which is then given; absent: it knows itself what there is. */
  readonly want?: (() => void) | undefined
}
