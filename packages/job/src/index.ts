// Where loader and engine meet: a job from a file or from code, ready to run.
// It adds no semantics of its own and installs no signal handlers; the command does that.
// Start with load-job.ts for files, pipeline.ts for code.
export type { Binding } from '@millrace/sdk'
export { nodeRuntime } from '@millrace/engine/host'
export type { ErrorPolicy, ParkedFilter, ParkedRecord, Progress, Summary } from '@millrace/engine'
export type { ConfigValue, JobPlan, LoadOptions, LoadedJob, PluginInfo } from '@millrace/loader'
export { JobFaults } from './errors.ts'
export type { Input } from './iterable-source.ts'
export { Job, type JobParts, type JobRun } from './job.ts'
export { loadJob, type LoadJobOptions } from './load-job.ts'
export { jobSchema, listPlugins, loadSpec } from './loader.ts'
export {
  Flow,
  Pipeline,
  pipeline,
  type PipelineOptions,
  type StageFunction,
  type StageOptions,
} from './pipeline.ts'
export type { Letter } from './replay/letter-batch.ts'
export { lostPlaces, replaySpec, type ReplaySpec } from './replay/replay-spec.ts'
export { skipSpec } from './replay/skip-spec.ts'
