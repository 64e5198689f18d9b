import type { Key, Origin, RawBatch, RawRecords, SinkBatch } from '@millrace/sdk'

/** Where the records of one source batch came from; shared by every batch made of them. */
export interface OriginTable {
  readonly source: string
  readonly partition: string
  readonly offsets: ArrayLike<number>
  /** What these count. Absent: entries. */
  readonly unit?: 'bytes' | undefined
  readonly lines: ArrayLike<number> | undefined
  /** Records the job had read before this table's first. */
  readonly base: number
  /** By row, the bytes that its records came in. Absent: nobody asks for them. */
  readonly raw?: RawRecords | undefined
  /** Number of that first entry, where records were left out of the table. Absent: none were. */
  readonly first?: number | undefined
}

/** For records that a stage made without one in hand. */
export const noOrigins: OriginTable = {
  source: '',
  partition: '',
  offsets: [],
  lines: undefined,
  base: 0,
}

/** Row of a record without an origin. */
export const NO_ROW = -1

/** Which records of an input of a sink these are. */
export interface BatchIds {
  readonly prefix: string
  /** Count of each record in that input, from 0: of the first one, or of all. */
  readonly numbers: number | readonly number[]
}

/** The engine's layout of a batch: parallel arrays, never changed once sent. */
export class RecordBatch implements SinkBatch {
  readonly values: readonly unknown[]
  readonly timestamps: readonly number[]
  /** The watermark in front of each record. */
  readonly marks: readonly number[]
  /** Row of each record in `table`; NO_ROW without origin. */
  readonly rows: readonly number[]
  readonly table: OriginTable
  /** Only where a sink takes it. */
  readonly ids: BatchIds | undefined
  /** Records that the source left out for its reader filters them; they count with the first record. */
  readonly leftOut: number
  /** Whether its reader would hand on all of its records as they are, which a source in front of it knows. */
  isTold = false
  /** Only where a sink takes it that writes bytes as they came. */
  raw: RawBatch | undefined

  constructor(
    values: readonly unknown[],
    timestamps: readonly number[],
    marks: readonly number[],
    rows: readonly number[],
    table: OriginTable,
    ids?: BatchIds,
    leftOut = 0,
  ) {
    this.values = values
    this.timestamps = timestamps
    this.marks = marks
    this.rows = rows
    this.table = table
    this.ids = ids
    this.leftOut = leftOut
  }

  get length(): number {
    return this.values.length
  }

  value(index: number): unknown {
    return this.values[index]
  }

  timestamp(index: number): number {
    return this.timestamps[index] ?? Number.NaN
  }

  watermark(index: number): number {
    return this.marks[index] ?? Number.NaN
  }

  key(): Key | undefined {
    return undefined
  }

  origin(index: number): Origin | undefined {
    return originAt(this.table, this.rows[index] ?? NO_ROW)
  }

  id(index: number): string {
    return this.ids === undefined ? '' : `${this.ids.prefix}${this.#number(this.ids, index)}`
  }

  #number({ numbers }: BatchIds, index: number): number {
    return typeof numbers === 'number' ? numbers + index : (numbers[index] as number)
  }

  /** The records at `indices` as a batch of their own. */
  pick(indices: readonly number[]): RecordBatch {
    const at = <T>(column: readonly T[]): T[] => indices.map((index) => column[index] as T)
    const { ids, marks, rows, table, timestamps, values } = this
    const numbers = ids && indices.map((index) => this.#number(ids, index))
    const own = ids && numbers && { prefix: ids.prefix, numbers }
    const picked = new RecordBatch(at(values), at(timestamps), at(marks), at(rows), table, own)
    if (this.raw !== undefined) picked.raw = rawOf(picked)
    return picked
  }

  /** The records from `start` to before `end` as a batch of their own, for a sink. `isRaw`: it may see the bytes they came in. */
  slice(start: number, end: number, ids: BatchIds, isRaw = false): RecordBatch {
    const isWhole = start === 0 && end === this.values.length
    const cut = <T>(column: readonly T[]): readonly T[] =>
      isWhole ? column : column.slice(start, end)
    const { marks, rows, table, timestamps, values } = this
    const own = new RecordBatch(cut(values), cut(timestamps), cut(marks), cut(rows), table, ids)
    if (isRaw) own.raw = rawOf(own)
    return own
  }
}

/** The bytes of the records of a batch, by index; undefined where its table has none. */
function rawOf({ rows, table: { raw } }: RecordBatch): RawBatch | undefined {
  if (raw === undefined) return undefined
  return {
    bytes: (index) => raw.bytes[rows[index] as number] as Uint8Array,
    from: (index) => raw.from[rows[index] as number] as number,
    to: (index) => raw.to[rows[index] as number] as number,
  }
}

/** Stands where no batch is in hand. */
export const noRecords: RecordBatch = new RecordBatch([], [], [], [], noOrigins)

/** How many records the job had read in front of that of row `row`. */
export function readBefore({ base, first, offsets }: OriginTable, row: number): number {
  return first === undefined ? base + row : base + (offsets[row] ?? first) - first
}

/** The place of row `row`; undefined for NO_ROW. */
export function originAt(table: OriginTable, row: number): Origin | undefined {
  const offset = row < 0 ? undefined : table.offsets[row]
  if (offset === undefined) return undefined
  // Line 0 stands for: this entry has none.
  const line = table.lines?.[row] || undefined
  const { partition, source, unit } = table
  return unit === undefined
    ? { source, partition, offset, line }
    : { source, partition, offset, unit, line }
}

/** A record's place for people: `flights.jsonl:17`, `flights.json:1 offset 16`, `flights.jsonl byte 1690`, `partition#offset`, or `without origin`. */
export function renderOrigin(origin: Origin | undefined): string {
  if (origin === undefined) return 'without origin'
  const { line, offset, unit } = origin
  const name = origin.partition === '' ? origin.source : origin.partition
  if (line === undefined) return unit === undefined ? `${name}#${offset}` : `${name} byte ${offset}`
  // With fewer lines than entries so far, several stand on one: only the offset tells them apart.
  return offset < line ? `${name}:${line}` : `${name}:${line} offset ${offset}`
}
