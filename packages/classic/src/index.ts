// Streams, processors, windows, state, joins and batches in an imperative style, for those who like to call rather than declare.
// Nothing here is an engine of its own: each processor, window and join is a Millrace job, fed by a bounded queue.
// What it does not do: survive the end of the process, and use more than one core; jobs of their own are for that.
// A stage that belongs in a job file is better written with @millrace/sdk.
// Start with classic.ts, then consumer.ts for the jobs and channel.ts for the streams.
export type { BatchResult } from './batches.ts'
export { Classic, type ClassicOptions, type Unfinished } from './classic.ts'
export type { FailurePolicy, FinalFate } from './failure-policy.ts'
export type { DeadLetter } from './dead-letters.ts'
export type { Joined, JoinOptions, LateToJoin } from './joins.ts'
export type { ConsumerMetrics, StreamMetrics } from './metrics.ts'
export type { ProcessorContext, ProcessorOptions } from './processor.ts'
export { renderReport, type Report } from './report.ts'
export type { Retained } from './retained.ts'
export type { InitialOptions, StateAccess, StateEntry, StateOptions } from './state-store.ts'
export { StreamEvent, type EventInput } from './stream-event.ts'
export { Stream, type StreamRef, type Target } from './stream.ts'
export type { StreamOptions } from './stream-options.ts'
export type {
  LateEvent,
  SessionOptions,
  SlidingOptions,
  TumblingOptions,
  WindowOptions,
} from './window-options.ts'
export type { WindowState, WindowSummary, WindowType, WindowView } from './window-view.ts'
