// The only package a plugin must import: contracts and define functions.
// It holds no engine code; what runs a definition is the engine's affair.
// Start with define-stage.ts.
export type { Batch, BatchOutput, Key, Origin } from './batch.ts'
export type {
  Counter,
  ExpressionScope,
  Injection,
  InstanceScope,
  Logger,
  Metrics,
  OutputHandle,
  RecordContext,
  StageContext,
  StageScope,
} from './context.ts'
export { defineAggregate, type AggregateDefinition } from './define-aggregate.ts'
export { defineFunction, type FunctionDefinition } from './define-function.ts'
export { defineResource, type ResourceDefinition } from './define-resource.ts'
export {
  defineSink,
  type Rejection,
  type SinkDefinition,
  type SinkFactory,
  type SinkInstance,
  type SinkTraits,
  type WriteResult,
} from './define-sink.ts'
export {
  defineSource,
  type Malformed,
  type ReadOptions,
  type SourceBatch,
  type SourceDefinition,
  type SourceFactory,
  type SourceInstance,
  type SourceTraits,
} from './define-source.ts'
export {
  defineStage,
  type Outputs,
  type Process,
  type StageDefinition,
  type StageFactory,
  type StageInstance,
  type StageTraits,
} from './define-stage.ts'
export type { JsonSchema, ParameterSchema, SchemaIssue } from './schema.ts'
export type { ListState, MapState, ObjectState, StateScope, ValueState } from './state.ts'
export { defineToken, type InjectionToken } from './token.ts'
