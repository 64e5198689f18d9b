import type { StageScope } from '@millrace/sdk'
import type { StageCheckpoint } from '../checkpoint/checkpoint.ts'
import type { StageSpec } from '../plan/job-spec.ts'
import type { SpillFile } from '../state/spill-file.ts'
import type { StageCounter } from '../report/counters.ts'
import type { Contestant } from './contestant.ts'
import type { Failures } from './failures.ts'
import type { FieldWatches } from './field-watches.ts'
import type { Outbox } from './outbox.ts'
import type { PartTimers } from './part-timers.ts'
import type { TaskHost } from './task-host.ts'

/** What a stage is made of. */
export interface StageParts {
  readonly host: TaskHost
  /** Its id among the parts of the job: of a replica its own, where `spec` has that of the stage. */
  readonly node: string
  readonly spec: StageSpec
  /** Where one of its records may have the better of those of its siblings. */
  readonly contestant?: Contestant | undefined
  /** Those of all its replicas here. */
  readonly fields: FieldWatches
  readonly outbox: Outbox
  readonly failures: Failures
  readonly counter: StageCounter
  /** Those of the instance in use. */
  readonly timers: PartTimers
  /** What it kept in an earlier run. */
  readonly restored: StageCheckpoint | undefined
  /** Opens what the keys wait in for which there is no room; absent: there is. */
  readonly openSpill?: (() => Promise<SpillFile>) | undefined
  /** The scope of an instance, as far as the job knows it. */
  readonly scope: Omit<StageScope, 'state' | 'timers' | 'outputs' | 'keyNames' | 'inputs'>
}
