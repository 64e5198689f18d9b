// From the text of a job file to the specification that the engine runs; how modules are found, loaded and injected.
// It starts nothing and knows no plugin by name; loader and engine meet in @millrace/job.
// The way of a job: document/ reads, grammar/ normalizes, check/ judges, build/ wires, plan/ explains; modules/ loads code.
// Faults are collected, never thrown: a user sees all of them at once.
// Start with load-spec.ts; what a run does not need is in authoring.ts.
export type { Endpoint } from './build/apply-endpoints.ts'
export type { ConfigValue } from './config-value.ts'
export type { ValueOrigin } from './document/config-node.ts'
export { findJobFile } from './find-job-file.ts'
export { type LoadedJob, type LoadOptions, loadSpec } from './load-spec.ts'
export type { Kind, PluginInfo } from './modules/modules.ts'
export type { CheckpointPlan, Delivery, JobPlan, PlanNode } from './plan/job-plan.ts'
export type { Expectation, JobTest, Mock, Observed, TestHead, TestStep } from './tests/job-test.ts'
