// Runs one stage, source or sink of a plugin in a test: the real engine, in-memory ends, no files.
// For tests of plugins, third parties' too; whole jobs are tested through @millrace/job.
// Nothing here is a fake of the engine: what a test sees is what a job does.
// Records get their position as event time unless the test says otherwise.
// Start with run-stage.ts for plugins, with simulate/simulate.ts and explore/explore.ts for actors.
export { collectSink, type CollectSink, valuesSource } from './ends.ts'
export { checkDeterminism } from './explore/check-determinism.ts'
export { explore, type ExploreFailure, type ExploreReport } from './explore/explore.ts'
export type { ExploreOptions } from './explore/explore-options.ts'
export type { Check, Checks, Scenario } from './explore/run-scenario.ts'
export type { MatchLine } from './job-test/match-records.ts'
export {
  type Checked,
  type JobTestRun,
  runJobTest,
  type TestProblem,
} from './job-test/run-job-test.ts'
export type { MakeOptions } from './injection-of.ts'
export { behaviorKit, type BehaviorKit, type Effect, type MakeRef } from './probe/behavior-kit.ts'
export { deadLetterProbe, type EventProbe, eventProbe } from './probe/event-probe.ts'
export { manualTime, type ManualTime } from './probe/manual-time.ts'
export { probe, type Probe, type ProbeHost } from './probe/probe.ts'
export type { VirtualHost } from './probe/waiting-list.ts'
export { runSink, runSource, type SinkRun, type SourceRun } from './run-ends.ts'
export { runStage, type RunStageOptions, type StageRun } from './run-stage.ts'
export type { Rejected } from './run-spec.ts'
export { buggify } from './simulate/buggify.ts'
export { parseChoices, renderChoices } from './simulate/choices.ts'
export { type FaultKind, faultKinds, type Faults } from './simulate/faults.ts'
export type { Mode } from './simulate/scheduler.ts'
export { type JobSimulation, type Runs, simulateJob } from './simulate/simulate-job.ts'
export { simulate, type Simulation, type Whom } from './simulate/simulate.ts'
export type { SimulatedProcess } from './simulate/simulated-process.ts'
export type { SimulateOptions } from './simulate/simulate-options.ts'
export { renderTrace, type TraceEntry, type TraceKind } from './simulate/trace.ts'
