// Turns a job specification into running actors: batches, credit, fates, failure policies.
// It knows neither YAML nor plugins by name; what a spec contains was checked before.
// It never touches a clock, a timer or chance but through the Runtime it is given.
// The contract is plan/job-spec.ts; what comes out is report/summary.ts.
// Start with job/create-job.ts, then run/stage-task.ts.
export { createJob } from './job/create-job.ts'
export type { EngineJob, JobOptions } from './job/engine-job.ts'
export type { PartGauges } from './job/part-gauges.ts'
export type {
  ChangeStore,
  CheckpointHead,
  CheckpointSpec,
  CheckpointStore,
  CommittedBytes,
  JobChanges,
  JobCheckpoint,
  PartitionSnapshot,
  SinkCheckpoint,
  SourceSnapshot,
  StageCapture,
  StageCheckpoint,
} from './checkpoint/checkpoint.ts'
export { ENG_FIELD_UNSEEN } from './errors.ts'
export { checkSpec } from './plan/check-spec.ts'
export type { Backoff } from '@millrace/core'
export type { ErrorPolicy, FinalPolicy, Retry } from './plan/error-policy.ts'
export type {
  ExpectedFields,
  JobSpec,
  KeyPart,
  OutputRef,
  Recalled,
  ResourceSpec,
  RestartSpec,
  SinkSpec,
  SourceSpec,
  SpillSpec,
  StageInput,
  StageSpec,
  TimeSpec,
} from './plan/job-spec.ts'
export { joinReplicas } from './checkpoint/rescale.ts'
export { expandParallel } from './plan/expand-parallel.ts'
export type { ParallelSpec, Replica } from './plan/parallel-spec.ts'
export { namedStage, replicaId, stageOf } from './plan/parallel-spec.ts'
export { mainOutputs } from './plan/main-outputs.ts'
export { withExits } from './plan/with-exits.ts'
export type { JobRestart, PipelineRestart } from './plan/job-restart.ts'
export type {
  CheckpointProgress,
  KeptCounts,
  Progress,
  ResourceCounts,
  Resized,
  SinkCounts,
  SourceCounts,
  StageCounts,
  Summary,
} from './report/summary.ts'
export type { Follower } from './run/follower.ts'
export type { OriginTable } from './run/record-batch.ts'
export { addFieldPaths } from './run/field-paths.ts'
export type { DeadLetterRecord, ParkedRecord } from './run/dead-letter.ts'
export type {
  SavedEntry,
  SavedHandle,
  SavedState,
  SavedTimer,
  StageSnapshot,
} from './state/saved-state.ts'
export type { HeldBytes, SpillFile } from './state/spill-file.ts'
export { mergeChanges, toPlainSnapshot } from './state/merge-changes.ts'
export type {
  ColdColumns,
  EntryColumns,
  HandleChanges,
  KeyColumns,
  NumberRows,
  Sliced,
  StageChanges,
  TimerColumns,
} from './state/stage-changes.ts'
export type { ParkedFilter } from './run/parking-lot.ts'
