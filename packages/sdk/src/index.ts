// The only package a plugin must import: contracts and define functions.
// It holds no engine code; what runs a definition is the engine's affair.
// The to…Factory functions make of a definition what the engine takes, where no container is needed.
// A plugin needs no more than a define function and the types of what it returns.
// Start with define-stage.ts.
export type { Batch, BatchOutput, Key, Origin, RawBatch, SinkBatch } from './batch.ts'
export {
  noExpressions,
  type Counter,
  type ExpressionScope,
  type HeldRecord,
  type Injection,
  type InstanceScope,
  type Logger,
  type Metrics,
  type OutputHandle,
  type RecordContext,
  type StageContext,
  type StageScope,
  type TimerContext,
} from './context.ts'
export { defineAggregate, type AggregateDefinition } from './define-aggregate.ts'
export {
  defineDetector,
  isDetectorChoice,
  parseDetector,
  type Detector,
  type DetectorChoice,
  type DetectorDefinition,
  type DetectorEvidence,
  type DetectorScope,
} from './define-detector.ts'
export {
  defineEmitter,
  isEmitterChoice,
  parseEmitter,
  type Emission,
  type Emissions,
  type Emitter,
  type EmitterChoice,
  type EmitterDefinition,
  type EmitterMoment,
} from './define-emitter.ts'
export { defineCommand, type CommandDefinition, type CommandTerminal } from './define-command.ts'
export { defineFunction, type FunctionDefinition } from './define-function.ts'
export { defineResource, type ResourceDefinition, type ResourceFactory } from './define-resource.ts'
export {
  defineSink,
  sinkTraits,
  toSinkFactory,
  type AbortResult,
  type Delivery,
  type PrepareOptions,
  type Rejection,
  type SinkDefinition,
  type SinkFactory,
  type SinkInstance,
  type RecoverOptions,
  type SinkToken,
  type SinkTraits,
  type WriteResult,
} from './define-sink.ts'
export {
  BATCH_MAX,
  defineSource,
  sourceTraits,
  toSourceFactory,
  type Decoded,
  type Extent,
  type Malformed,
  type MalformedEntry,
  type Piece,
  type Prefilter,
  type RawRecords,
  type ReadOptions,
  type SourceBatch,
  type SourceDefinition,
  type SourceFactory,
  type SourceInstance,
  type SourceTraits,
} from './define-source.ts'
export {
  defineStage,
  PARTIALS,
  stageInputs,
  stageOutputs,
  stageTraits,
  toStageFactory,
  withHalves,
  type Outputs,
  type Process,
  type ProcessBatch,
  type StageDefinition,
  type StageFactory,
  type StageHalves,
  type StageInstance,
  type StageSurroundings,
  type StageTraits,
} from './define-stage.ts'
export {
  defineWatermarks,
  type WatermarksDefinition,
  type WatermarkStrategy,
} from './define-watermarks.ts'
export type { FieldTest, NumberTime, RecordTests, Verdict } from './field-test.ts'
export { combinedOf, isSplit, type LanedJob, lanesOf, ordersOf } from './lanes-of.ts'
export { type OrderedStage, whyUnordered } from './why-unordered.ts'
export { findUpdateClashes, type UpdateClash } from './find-update-clashes.ts'
export { jobDefaults } from './job-defaults.ts'
export { isLateRecord, type LateRecord } from './late-record.ts'
export type { JsonSchema, ParameterFault, ParameterSchema, SchemaIssue } from './schema.ts'
export type {
  ListOptions,
  ListState,
  MapState,
  NumbersState,
  ObjectOptions,
  ObjectState,
  OrderedScan,
  OrderedState,
  PanesState,
  Span,
  SpansOptions,
  SpansState,
  StateOptions,
  StateScope,
  StateTtl,
  ValueState,
} from './state.ts'
export type { Timer, Timers, TimerService } from './timers.ts'
export { defineToken, type Binding, type InjectionToken } from './token.ts'
export { durationFaults } from './duration-faults.ts'
export { inTurns } from './in-turns.ts'
export { tryParseParameters, type ParameterProblem } from './try-parse-parameters.ts'
export { unknownKeys } from './unknown-keys.ts'
