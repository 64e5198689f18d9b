import type { InstanceScope, Injection } from './context.ts'
import type { ParameterSchema } from './schema.ts'

/** Input that could not be decoded. It becomes a dead letter (or what the source's `onError` says). */
export interface Malformed {
  /** Count of the entry in its partition, from 0, values and malformed together. */
  readonly offset: number
  readonly line?: number | undefined
  readonly raw: string | Uint8Array
  readonly code: string
  readonly message: string
}

/** A run of decoded records in the order they stand in the input; at most 1,024. */
export interface SourceBatch {
  readonly values: readonly unknown[]
  /** Offset of each value in its partition. Absent: counted on from the batch before. */
  readonly offsets?: ArrayLike<number> | undefined
  /** Line of each value, from 1, where the input has lines. */
  readonly lines?: ArrayLike<number> | undefined
  readonly malformed?: readonly Malformed[] | undefined
  /** Bytes of input read so far in this partition, for progress. */
  readonly bytes?: number | undefined
  /** From where `read` continues after this batch. */
  readonly position?: unknown
}

export interface ReadOptions {
  /** The only fields anyone looks at; undefined means all. */
  readonly fields: readonly string[] | undefined
  /** Aborts when the source shall pause for good: finish the entry in hand and return. */
  readonly signal: AbortSignal
}

export interface SourceInstance {
  open?(): void | Promise<void>
  /** Names of the partitions, read one after the other. Default: one, named ''. */
  partitions?(): readonly string[] | Promise<readonly string[]>
  read(
    partition: string,
    position: unknown,
    options: ReadOptions,
  ): AsyncIterable<SourceBatch> | Iterable<SourceBatch>
  /** Bytes of all partitions together, for progress; undefined when unknown. */
  size?(): number | undefined | Promise<number | undefined>
  close?(): void | Promise<void>
}

export interface SourceTraits {
  readonly name: string
  /** Whether the input ends by itself. */
  readonly ends: boolean
  readonly replay: 'position' | 'ack' | 'none'
}

export interface SourceFactory {
  readonly traits: SourceTraits
  create(scope: InstanceScope): SourceInstance | Promise<SourceInstance>
  dispose(): void | Promise<void>
}

export interface SourceDefinition<Parameters = unknown> {
  readonly kind: 'source'
  readonly name: string
  readonly summary: string
  readonly parameters: ParameterSchema<Parameters>
  readonly main?: string
  /** Whether the input can be read again from a position, or acknowledged, or neither. */
  readonly replay: 'position' | 'ack' | 'none'
  readonly ends: boolean | ((parameters: Parameters) => boolean)
  /** Files this source reads, as absolute paths or globs, so that jobs which also write them are refused. */
  readonly readsFiles?: (parameters: Parameters) => readonly string[]
  create(scope: InstanceScope & Injection<Parameters>): SourceInstance | Promise<SourceInstance>
}

/** Declares a source. */
export function defineSource<Parameters>(
  definition: Omit<SourceDefinition<Parameters>, 'kind'>,
): SourceDefinition<Parameters> {
  return { kind: 'source', ...definition }
}
