import type { Runtime } from '@millrace/base'
import type { Key, Origin, RawRecords } from '@millrace/sdk'
import { stageOf } from '../plan/parallel-spec.ts'
import type { PartLetters } from '../report/dead-letter-log.ts'
import { encodeRaw } from './encode-raw.ts'
import { plainRecord } from './plain-record.ts'
import { type BatchIds, NO_ROW, noOrigins, type OriginTable, readBefore } from './record-batch.ts'

/** What the dead letter sink gets. */
export interface DeadLetterRecord {
  /** The same on every run: source, partition, offset and stage, and a number where several of one entry fail there. */
  readonly id: string
  readonly record: unknown
  /** Undecodable input, base64 where it is not UTF-8; null for records. */
  readonly raw: string | null
  readonly stage: string
  readonly input: string | null
  readonly key: Key | null
  /** Epoch ms; null where there is none. */
  readonly eventTime: number | null
  readonly error: { readonly code: string; readonly message: string }
  readonly position: {
    readonly source: string
    readonly partition: string
    readonly offset: number
    /** What `offset` counts. Absent: entries. */
    readonly unit?: 'bytes' | undefined
    readonly line: number | null
  } | null
  /** How often it was tried. */
  readonly attempts: number
  /** When it failed, epoch ms. */
  readonly time: number
}

/** A record that waits, as a dead letter would show it. `error` is null, and `attempts` 0, where it waits behind one that failed. */
export interface ParkedRecord extends Omit<DeadLetterRecord, 'error'> {
  readonly error: DeadLetterRecord['error'] | null
}

/** A record in trouble, and where it stands. */
export interface Troubled {
  readonly record: unknown
  readonly raw?: string | Uint8Array | undefined
  readonly input?: string | undefined
  readonly key?: Key | undefined
  readonly timestamp: number
  readonly mark: number
  readonly table: OriginTable
  readonly row: number
  /** Which record of its sink's input it is. */
  readonly ids?: BatchIds | undefined
}

/** Writes the letters of one source, stage or sink. */
export class Letters {
  readonly #stage: string
  readonly #node: string
  readonly #clock: Pick<Runtime, 'now'>
  readonly #log: PartLetters
  readonly #isLane: boolean
  #place = ''
  #same = 0

  /** `node`: its id among the parts of the job, which tells replicas of a stage from each other; `isLane`: any of them may have any record. */
  constructor(node: string, clock: Pick<Runtime, 'now'>, log: PartLetters, isLane = false) {
    this.#stage = stageOf(node)
    this.#node = node
    this.#clock = clock
    this.#log = log
    this.#isLane = isLane
  }

  /** The letter of a record; `id` where it had one before. */
  write<E>(
    troubled: Troubled,
    origin: Origin | undefined,
    tried: { readonly error: E; readonly attempts: number; readonly id?: string | undefined },
  ): Omit<DeadLetterRecord, 'error'> & { readonly error: E } {
    return {
      id: tried.id ?? this.#id(origin),
      record: plainRecord(troubled.record),
      raw: troubled.raw === undefined ? null : encodeRaw(troubled.raw),
      stage: this.#stage,
      input: troubled.input ?? null,
      key: troubled.key ?? null,
      eventTime: Number.isFinite(troubled.timestamp) ? troubled.timestamp : null,
      error: tried.error,
      position: positionOf(origin),
      attempts: tried.attempts,
      time: this.#clock.now(),
    }
  }

  /** What comes of one entry stands together, so a look at the last place is enough. */
  #id(origin: Origin | undefined): string {
    if (origin === undefined) return `//${this.#log.nextUnplaced()}/${this.#node}`
    const place = `${origin.source}/${origin.partition}/${origin.offset}/${this.#isLane ? this.#stage : this.#node}`
    this.#same = place === this.#place ? this.#same + 1 : 1
    this.#place = place
    return this.#same === 1 ? place : `${place}/${this.#same}`
  }
}

function positionOf(origin: Origin | undefined): DeadLetterRecord['position'] {
  if (origin === undefined) return null
  const { source, partition, offset, line, unit } = origin
  return { source, partition, offset, ...(unit && { unit }), line: line ?? null }
}

function ownRaw(raw: RawRecords | undefined, row: number): RawRecords | undefined {
  if (raw === undefined) return undefined
  const bytes = (raw.bytes[row] as Uint8Array).slice(raw.from[row], raw.to[row])
  return { bytes: [bytes], from: [0], to: [bytes.length] }
}

/** The origins of one record alone: what it is kept for must not keep its whole batch. */
export function ownOrigin(table: OriginTable, row: number): OriginTable {
  if (row === NO_ROW) return noOrigins
  return {
    source: table.source,
    partition: table.partition,
    offsets: [table.offsets[row] as number],
    unit: table.unit,
    lines: table.lines === undefined ? undefined : [table.lines[row] as number],
    base: readBefore(table, row),
    raw: ownRaw(table.raw, row),
  }
}
