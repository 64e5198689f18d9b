// Durable named streams in a directory: appended to by many processes, read by groups of consumers, source and sink of jobs.
// It is no network service: all processes are on one machine and share the directory.
// The store is Node's SQLite (docs/decisions): store/schema.ts is its layout, store/database.ts the only door to it.
// In code: openStream; stream.ts is what it gives, consume/group.ts who has which message, consume/consumer.ts drives a handler.
// Start with open-stream.ts.
export { Consumer, type ConsumerCounts, type Handler } from './consume/consumer.ts'
export type { ConsumeOptions, Failure } from './consume/consumer-options.ts'
export type { Durability } from './store/database.ts'
export { Group, type TakeOptions } from './consume/group.ts'
export type { GroupState, MessageState, SeenMessage } from './store/group-row.ts'
export type { Lease, Window } from './consume/lease.ts'
export type { Message } from './store/messages.ts'
export { listStreams, openStream, type OpenOptions } from './open-stream.ts'
export type { Place } from './store/place.ts'
export type { Deleted, Retention, RetentionLimits } from './store/retention.ts'
export { type BatchOptions, type FollowOptions, Stream } from './stream.ts'
export { streamSink, type StreamSinkParameters } from './stream-sink.ts'
export { streamSource, type StreamSourceParameters } from './stream-source.ts'
export type { StreamState } from './store/stream-state.ts'
export type { StreamRuntime } from './stream-runtime.ts'
export {
  type Backlog,
  countWindow,
  type Cut,
  fixedTimeWindow,
  relaxedTimeWindow,
  type WindowEmitter,
} from './consume/window-emitter.ts'
