// Where loader and engine meet: a job from a file or from code, ready to run.
// It adds no semantics of its own and installs no signal handlers; the command does that.
// Start with load-job.ts for files, pipeline.ts for code.
export type { Binding } from '@millrace/sdk'
export { untilFree } from '@millrace/store'
export { nodeRuntime } from '@millrace/engine/host'
export type {
  ErrorPolicy,
  ParkedFilter,
  ParkedRecord,
  PartGauges,
  Progress,
  Resized,
  Summary,
} from '@millrace/engine'
export type { ConfigValue, JobPlan, LoadOptions, LoadedJob, PluginInfo } from '@millrace/loader'
export type { Allowed } from './checkpoint/compare-prints.ts'
export {
  askForSavepoint,
  askStatus,
  askToResize,
  askToStop,
  type RunningStatus,
} from './checkpoint/control.ts'
export { finishedSummary } from './checkpoint/finished-summary.ts'
export type { JobPrint, PartPrint, PrintedValue } from './checkpoint/job-print.ts'
export {
  type CheckpointSettings,
  type JobState,
  type JobStateOptions,
  openJobState,
  type StartOptions,
} from './checkpoint/job-state.ts'
export { checkState, planState } from './checkpoint/plan-state.ts'
export { exportState, importState, readJobState, type ReadState } from './checkpoint/read-state.ts'
export type { CheckpointNote, SavedJob } from './checkpoint/sections.ts'
export type { WrittenState } from './checkpoint/state-file.ts'
export { JobFaults } from './errors.ts'
export type { Input } from './iterable-source.ts'
export { Job, type JobParts, type JobRun } from './job.ts'
export { loadJob, type LoadJobOptions } from './load-job.ts'
export { jobSchema, listPlugins, loadSpec } from './loader.ts'
export { OpenJob, type OpenOptions } from './open/open-job.ts'
export type { Outcome } from './open/outcome.ts'
export type {
  CheckpointOptions,
  JointStageOptions,
  PipelineOptions,
  StageOptions,
} from './draft.ts'
export { Flow, type FunctionOptions, type StageFunction } from './flow.ts'
export type { ParallelOptions } from './parallel-options.ts'
export { Pipeline, pipeline, type SourceOptions } from './pipeline.ts'
export type { SourceTime, StatedTime } from './source-time.ts'
export { Together } from './together.ts'
export type { Letter } from './replay/letter-batch.ts'
export { lostPlaces, replaySpec, type ReplaySpec } from './replay/replay-spec.ts'
export { skipSpec } from './replay/skip-spec.ts'
