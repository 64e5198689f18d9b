import type { InstanceScope, Injection } from './context.ts'
import type { RecordTests } from './field-test.ts'
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

/** A malformed entry as its dead letter shows it. */
export interface MalformedEntry {
  readonly partition: string
  /** Text, or base64 where it is not UTF-8. */
  readonly raw: string
  /** Why it was malformed. */
  readonly code: string
}

/** What became of an entry that was read again. */
export type Decoded = { readonly value: unknown } | Pick<Malformed, 'code' | 'message'>

/** The most records in one batch, values and malformed together. */
export const BATCH_MAX = 1024

/** A run of decoded records in the order they stand in the input; at most `BATCH_MAX`. */
export interface SourceBatch {
  /** The source changes nothing in them once it has handed them over; it may make them when somebody looks at them. */
  readonly values: readonly unknown[]
  /** Offset of each value in its partition. Absent: counted on from the batch before. */
  readonly offsets?: ArrayLike<number> | undefined
  /** Line of each value, from 1, where the input has lines. */
  readonly lines?: ArrayLike<number> | undefined
  readonly malformed?: readonly Malformed[] | undefined
  /** What the values were decoded from, where the read was asked for it. */
  readonly raw?: RawRecords | undefined
  /** Bytes of input read so far in this partition, for progress. */
  readonly bytes?: number | undefined
  /** From where `read` continues after this batch: JSON data. */
  readonly position?: unknown
  /**
   * How many records were left out, which the prefilter of the read does not admit. Given, also as 0, only where it was asked about each
   * record of the batch, in order; then the offsets of what it holds are given too, and nobody else leaves out an entry.
   */
  readonly leftOut?: number | undefined
}

/** The bytes that the values of a batch were decoded from; never changed. */
export interface RawRecords {
  /** Of each value, what holds its bytes. */
  readonly bytes: readonly Uint8Array[]
  /** Where they begin in it, and where they end. */
  readonly from: readonly number[]
  readonly to: readonly number[]
}

/** Knows of records that the only reader of a source would filter, so that they need not be made. */
export interface Prefilter {
  /** Field paths by which it tells. */
  readonly reads: readonly string[]
  /**
   * Whether the record is wanted. Asked once for each, in order, but for those of which the source can tell by `told`. It may be one object each time, which has no more than the fields of `reads`. Never
   * throws.
   */
  admits(record: unknown): boolean
  /** By what a source may tell without asking; it need not. Absent: it asks about each record. */
  readonly told?: RecordTests | undefined
  /** The source has left out some records in a row by `told`; the largest of their times, Infinity where these are of no interest. */
  leftOut?(largest: number): void
  /** The source hands on a record that `told` wants; its time, Infinity where that is of no interest. */
  admitted?(time: number): void
}

/** What a read is told. */
export interface ReadOptions {
  /** The only fields (paths) anyone looks at, so that a source may leave out the others; undefined means all. */
  readonly fields: readonly string[] | undefined
  /** Tells which records need not be made at all. A source may ask it or not. */
  readonly prefilter?: Prefilter | undefined
  /** Whether to give `raw` with the batches. Only a source that says its `raw` format is asked to. */
  readonly raw?: boolean | undefined
  /** Only the entries that begin in this piece of the partition, and behind the position. Only a source that `splits` is told so. */
  readonly piece?: Piece | undefined
  /** Aborts when the source shall pause for good: finish the entry in hand and return. */
  readonly signal: AbortSignal
}

/**
 * A piece of a partition, in bytes: all that begins at `from` or behind it, and in front of `to`; Infinity: up to the end. In the
 * batches of a piece, offsets are the bytes at which entries begin, lines are left out, and `bytes` are those read between `from` and `to`.
 */
export interface Piece {
  readonly from: number
  readonly to: number
}

/** What is left of a partition that can be read in pieces. */
export interface Extent extends Piece {
  /** With which its pieces are read, such as what tells that it is still the same file. */
  readonly position: unknown
}

/**
 * A running source. The first `read` comes after `open`. After a throw without a code a source with `replay: 'position'` is made
 * again and reads on from the position of its last batch; any other throw ends the job.
 */
export interface SourceInstance {
  open?(): void | Promise<void>
  /** Names of the partitions, read as `reads` says. Default: one, named ''. */
  partitions?(): readonly string[] | Promise<readonly string[]>
  read(
    partition: string,
    position: unknown,
    options: ReadOptions,
  ): AsyncIterable<SourceBatch> | Iterable<SourceBatch>
  /**
   * Reads one malformed entry again, for a replay of dead letters: its value, or why there is none. May be called on a source that
   * was not opened. Absent: what was malformed can be replayed only once somebody has put a record in its place.
   */
  decode?(entry: MalformedEntry): Decoded | Promise<Decoded>
  /**
   * What is left of a partition behind `position`, where it can be read in pieces side by side; undefined: it is read whole. Only asked
   * of a source that `splits`; each of its pieces is then read by another instance, which is asked for no partitions.
   */
  extent?(partition: string, position: unknown): Promise<Extent | undefined>
  /** Bytes of all partitions together, for progress; undefined when unknown. */
  size?(): number | undefined | Promise<number | undefined>
  /**
   * A checkpoint that holds these positions, by partition, is durable: nothing in front of them is asked for again. Called in the
   * order of checkpoints, between two batches or while one is awaited.
   */
  ack?(positions: Readonly<Record<string, unknown>>): void | Promise<void>
  close?(): void | Promise<void>
}

/** How a source is read again: from a position, by what was not acknowledged, or not at all. */
export type Replay = 'position' | 'ack' | 'none'

/** What the engine must know of a source before it runs. */
export interface SourceTraits {
  readonly name: string
  /** Whether the input ends by itself. */
  readonly ends: boolean
  readonly replay: Replay
  /** Default `inTurn`. */
  readonly reads?: 'inTurn' | 'together' | undefined
  /** Whether several instances may read it side by side. Default: no. */
  readonly splits?: boolean | undefined
}

/** How the engine gets its sources. `dispose` is called once, after all instances have closed. */
export interface SourceFactory {
  readonly traits: SourceTraits
  create(scope: InstanceScope): SourceInstance | Promise<SourceInstance>
  dispose(): void | Promise<void>
}

/** A source as a plugin declares it. */
export interface SourceDefinition<Parameters = unknown> {
  readonly kind: 'source'
  readonly name: string
  readonly summary: string
  readonly parameters: ParameterSchema<Parameters>
  /** The parameter that a scalar short form sets. */
  readonly main?: string
  /** Whether the input can be read again from a position, or acknowledged, or neither. */
  readonly replay: Replay | ((parameters: Parameters) => Replay)
  /**
   * Partitions are read one after the other (`inTurn`, the default) or all at once (`together`): then the watermark is that of the
   * slowest one.
   */
  readonly reads?: 'inTurn' | 'together'
  /**
   * Whether several instances may read it side by side (`parallel`): each some of the partitions, or pieces of one that has an `extent`. For
   * one that can be read again from a position, and has no `ack`. Default: no.
   */
  readonly splits?: boolean | ((parameters: Parameters) => boolean)
  /** Whether the input ends by itself. */
  readonly ends: boolean | ((parameters: Parameters) => boolean)
  /**
   * Parameters that may change between two runs while it goes on from its checkpoint, by name with all below them, such as limits of memory. A
   * change of any other is refused, unless whoever starts the job allows it. Default: none.
   */
  readonly mayChange?: readonly string[]
  /** The format of the bytes that it can give with its records: a sink of the same format may write them as they are. Default: it gives none. */
  readonly raw?: (parameters: Parameters) => string | undefined
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

/** What the engine must know of a source. */
export function sourceTraits<Parameters>(
  { ends, name, reads, replay, splits }: SourceDefinition<Parameters>,
  parameters: Parameters,
): SourceTraits {
  return {
    name,
    reads,
    ...(splits !== undefined && {
      splits: typeof splits === 'function' ? splits(parameters) : splits,
    }),
    replay: typeof replay === 'function' ? replay(parameters) : replay,
    ends: typeof ends === 'function' ? ends(parameters) : ends,
  }
}

/** A factory without a container: each instance gets `injection` beside its scope. */
export function toSourceFactory<Parameters>(
  definition: SourceDefinition<Parameters>,
  injection: Injection<Parameters>,
): SourceFactory {
  return {
    traits: sourceTraits(definition, injection.parameters),
    create: (scope) => definition.create({ ...scope, ...injection }),
    dispose: () => undefined,
  }
}
