// Runs one stage, source or sink of a plugin in a test: the real engine, in-memory ends, no files.
// For tests of plugins, third parties' too; whole jobs are tested through @millrace/job.
// Nothing here is a fake of the engine: what a test sees is what a job does.
// Records get their position as event time unless the test says otherwise.
// Start with run-stage.ts.
export { collectSink, type CollectSink, valuesSource } from './ends.ts'
export type { MakeOptions } from './injection-of.ts'
export { runSink, runSource, type SinkRun, type SourceRun } from './run-ends.ts'
export { runStage, type RunStageOptions, type StageRun } from './run-stage.ts'
export type { Rejected } from './run-spec.ts'
