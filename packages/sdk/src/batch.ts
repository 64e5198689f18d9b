/** Where a record came from. `line` counts lines from 1 where there are lines. */
export interface Origin {
  readonly source: string
  readonly partition: string
  /** Counts from 0. */
  readonly offset: number
  /** What `offset` counts. Absent: entries of the partition; `bytes` where workers read pieces of it. */
  readonly unit?: 'bytes' | undefined
  readonly line?: number | undefined
}

/** Key fields by name, in the order of `by`; the same object for every record of one key. */
export type Key = Readonly<Record<string, unknown>>

/** A run of records, immutable once sent. Read it through its methods: the layout is the engine's own. */
export interface Batch {
  readonly length: number
  value(index: number): unknown
  /** Event time in epoch ms. */
  timestamp(index: number): number
  /** The watermark in front of a record: none earlier is expected from there on. */
  watermark(index: number): number
  /** The stage's key of a record; undefined without `by`. */
  key(index: number): Key | undefined
  /** Undefined for records that a stage made without one in hand. */
  origin(index: number): Origin | undefined
}

/** The bytes of the records of a batch. */
export interface RawBatch {
  /** What holds those of record `index`. */
  bytes(index: number): Uint8Array
  /** Where they begin in it. */
  from(index: number): number
  /** Behind their last. */
  to(index: number): number
}

/** A run of records for a sink. */
export interface SinkBatch extends Batch {
  /** The bytes that its records came in, in the format that the sink calls `raw`; undefined: it has only the records. */
  readonly raw?: RawBatch | undefined
  /**
   * Stable id of a record within its sink: when the record comes again after a crash, or after it was refused, it has the same one, as
   * long as the parts in front give the same results in the same order. For sinks that write a record once per id.
   */
  id(index: number): string
}

/** What `processBatch` does with the records of its batch, by index. A record that nothing is said of is filtered (used, where the stage absorbs). */
export interface BatchOutput {
  /** Hands record `index` on, untouched, to the main output. */
  pass(index: number): void
  /** Emits `value` for record `index` on an output (default: the main one) with the record's origin and, unless one is given, its timestamp. */
  emit(index: number, value: unknown, output?: string, timestamp?: number): void
  /** Marks record `index` as filtered for `reason`. */
  skip(index: number, reason: string): void
  /** Marks record `index` as failed; what it emitted in this batch is withdrawn. State it wrote stays: reject before writing. */
  reject(index: number, code: string, message: string): void
}
