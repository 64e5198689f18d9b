import type { Batch } from './batch.ts'
import type { InstanceScope, Injection } from './context.ts'
import type { ParameterSchema } from './schema.ts'

export interface Rejection {
  readonly index: number
  readonly code: string
  readonly message: string
  /** Whether trying this record again can help. */
  readonly retry: boolean
}

export type WriteResult = void | { readonly rejected: readonly Rejection[] }

export interface SinkInstance {
  open?(): void | Promise<void>
  /** Takes the whole batch or says which records it refuses. Resolving is the only promise asked for. */
  write(batch: Batch): WriteResult | Promise<WriteResult>
  flush?(): void | Promise<void>
  /** The job ended or was stopped in good order: what was written becomes visible. */
  commit?(): void | Promise<void>
  /** The job failed: nothing half written may be taken for whole. */
  abort?(): void | Promise<void>
  close?(): void | Promise<void>
}

export interface SinkTraits {
  readonly name: string
  readonly guarantee: string
}

export interface SinkFactory {
  readonly traits: SinkTraits
  create(scope: InstanceScope): SinkInstance | Promise<SinkInstance>
  dispose(): void | Promise<void>
}

export interface SinkDefinition<Parameters = unknown> {
  readonly kind: 'sink'
  readonly name: string
  readonly summary: string
  readonly parameters: ParameterSchema<Parameters>
  readonly main?: string
  /** One sentence that `explain` prints: what a reader of this sink may rely on after a failure. */
  readonly guarantee: string
  /** Files this sink writes, as absolute paths, so that two sinks never share one. */
  readonly writesFiles?: (parameters: Parameters) => readonly string[]
  create(scope: InstanceScope & Injection<Parameters>): SinkInstance | Promise<SinkInstance>
}

/** Declares a sink. */
export function defineSink<Parameters>(
  definition: Omit<SinkDefinition<Parameters>, 'kind'>,
): SinkDefinition<Parameters> {
  return { kind: 'sink', ...definition }
}
