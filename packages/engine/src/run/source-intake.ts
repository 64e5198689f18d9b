import { messageOf } from '@millrace/base'
import type { SourceBatch } from '@millrace/sdk'
import type { Recalled } from '../plan/job-spec.ts'
import { NO_ROW, type OriginTable } from './record-batch.ts'
import { mergeEntries, type Entries } from './source-batch.ts'
import type { PartitionReader } from './partition-reader.ts'
import type { Sifted } from './prefilter.ts'
import type { SourceMarks } from './source-marks.ts'
import type { Port } from './port.ts'
import type { SourceParts } from './source-parts.ts'
import { faultOf } from './time-fault.ts'

/** Takes decoded batches: gives each record its place and time, and stages it; what has none is malformed. */
export class SourceIntake {
  readonly #parts: SourceParts
  readonly #port: Port
  readonly #marks: SourceMarks
  /** The largest arrival so far: the clock may go back, arrivals do not. */
  #arrival = Number.NEGATIVE_INFINITY

  constructor(parts: SourceParts, marks: SourceMarks) {
    this.#parts = parts
    this.#port = parts.outbox.main as Port
    this.#marks = marks
    if (parts.restored !== undefined) this.#arrival = parts.restored.watermark
  }

  /**
   * Takes the next batch of a partition; returns the number of the entry behind it.
   */
  take(batch: SourceBatch, { name: partition, offset, piece, prefilter }: PartitionReader): number {
    const { counter, host, outbox, spec } = this.#parts
    const most = (spec.limit ?? Number.POSITIVE_INFINITY) - counter.read
    const entries = mergeEntries(batch, offset, most)
    const count = entries.offsets.length
    const { leftOut = 0 } = batch
    // In a piece, offsets are bytes.
    const isNumbered = piece === undefined
    const recalled = spec.recall?.(batch)
    const table: OriginTable = {
      source: recalled?.origin?.source ?? spec.id,
      partition: recalled?.origin?.partition ?? partition,
      offsets: entries.offsets,
      unit: recalled?.origin?.unit ?? (isNumbered ? undefined : 'bytes'),
      lines: entries.lines,
      raw: entries.raw,
      // Among several workers each counts for all.
      base: spec.replica === undefined ? host.read : counter.read * spec.replica.count,
      first: isNumbered && leftOut > 0 ? offset : undefined,
    }
    counter.read += count + leftOut
    host.read += count + leftOut
    outbox.table = table
    this.#port.leftOut += leftOut
    const sifted = batch.leftOut === undefined ? undefined : prefilter?.take(host.runtime.now())
    this.#port.isTold = sifted?.isTold === true
    this.#stamp(entries, table, recalled, sifted)
    this.#malformed(entries, table)
    if (sifted !== undefined) this.#passed(sifted.behind)
    return leftOut === 0 || !isNumbered
      ? (entries.offsets[count - 1] ?? offset - 1) + 1
      : offset + count + leftOut
  }

  /** Records up to an event time were left out; Infinity: their time is their arrival. */
  #passed(largest: number): void {
    if (largest === Number.NEGATIVE_INFINITY) return
    this.#marks.take(largest === Number.POSITIVE_INFINITY ? this.#arrival : largest, undefined)
  }

  /** Gives each value its time; one without a time is malformed. The clock is read once. */
  #stamp(
    entries: Entries,
    table: OriginTable,
    recalled: Recalled | undefined,
    sifted: Sifted | undefined,
  ): void {
    const { time } = this.#parts.spec
    const wallMs = recalled?.arrival ?? this.#parts.host.runtime.now()
    if (wallMs > this.#arrival) this.#arrival = wallMs
    const takesArrival = time === undefined || time.arrival === true
    const isMade = recalled !== undefined && recalled.origin === undefined
    const timestamps = recalled?.timestamps
    const marks = this.#marks
    if (takesArrival && recalled === undefined && time?.watermarks === undefined) {
      this.#stampArrival(entries, sifted)
      return
    }
    if (sifted?.isTold === true && !takesArrival) {
      this.#stampTold(entries, sifted)
      return
    }
    for (let index = 0; index < entries.values.length; index++) {
      const value = entries.values[index]
      if (sifted !== undefined) this.#passed(sifted.before[index] as number)
      const row = isMade ? NO_ROW : (entries.rows[index] as number)
      let timestamp = timestamps === undefined ? Number.NaN : (timestamps[index] as number)
      if (sifted !== undefined && !takesArrival) timestamp = sifted.times[index] as number
      if (timestamp !== timestamp) {
        let fault: string | undefined
        if (takesArrival) timestamp = this.#arrival
        else {
          try {
            timestamp = time.timestamp(value)
            fault = faultOf(timestamp, time, wallMs)
          } catch (error) {
            fault = `The record has no valid time in ${time.description}: ${messageOf(error)}.`
          }
        }
        if (fault !== undefined) {
          if (this.#bad({ code: 'TIME', message: fault, record: value }, table, row)) return
          continue
        }
      }
      this.#port.push(value, timestamp, marks.mark, row)
      marks.take(timestamp, value)
    }
  }

  /** The time of all of them is the clock; so is the watermark behind the first, or behind what was left out in front of it. */
  #stampArrival({ rows, values }: Entries, sifted: Sifted | undefined): void {
    if (values.length === 0) return
    const marks = this.#marks
    if (sifted !== undefined) this.#passed(sifted.before[0] as number)
    const first = marks.mark
    marks.take(this.#arrival, undefined)
    // The length of values that are not made yet takes its time.
    const { length } = values
    const arrival = this.#arrival
    const { mark } = marks
    const timestamps: number[] = []
    const after: number[] = []
    for (let index = 0; index < length; index++) {
      timestamps.push(arrival)
      after.push(index === 0 ? first : mark)
    }
    // Where nobody need look at them, the source may not have made them yet: not even a copy does so.
    const own = sifted?.isTold === true ? values : values.slice()
    this.#stage(own, timestamps, after, rows)
  }

  /** The time of all of them is known, and nobody need look at them. */
  #stampTold({ rows, values }: Entries, { before, times }: Sifted): void {
    const { length } = values
    if (length === 0) return
    const marks = this.#marks
    // What was in front of a record is of no use behind it: the watermark takes its place.
    for (let index = 0; index < length; index++) {
      this.#passed(before[index] as number)
      before[index] = marks.mark
      marks.take(times[index] as number, undefined)
    }
    this.#stage(values, times, before, rows)
  }

  #stage(
    values: readonly unknown[],
    timestamps: readonly number[],
    marks: readonly number[],
    counted: readonly number[],
  ): void {
    const { length } = values
    this.#port.take({ values, timestamps, marks, rows: counted.slice(0, length) }, 0, length)
  }

  #malformed(entries: Entries, table: OriginTable): void {
    for (let index = 0; index < entries.malformed.length; index++) {
      const { code, message, raw } = entries.malformed[index] as Entries['malformed'][number]
      const failure = { code, message, record: null, raw }
      if (this.#bad(failure, table, entries.badRows[index] as number)) return
    }
  }

  #bad(
    failure: { code: string; message: string; record: unknown; raw?: string | Uint8Array },
    table: OriginTable,
    row: number,
  ): boolean {
    const { counter, failures, host } = this.#parts
    if (host.over) return true
    counter.malformed++
    const { mark } = this.#marks
    failures.handle({ ...failure, timestamp: Number.NaN, mark, table, row, attempts: 1 })
    return host.over
  }
}
