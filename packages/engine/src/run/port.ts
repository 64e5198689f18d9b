import type { Outlet } from './outlet.ts'
import { RecordBatch, type OriginTable } from './record-batch.ts'

/** One output: what was emitted and not yet sent, and who reads it. */
export class Port {
  readonly name: string
  /** Its readers. */
  readonly outlets: readonly Outlet[]
  values: unknown[] = []
  timestamps: number[] = []
  marks: number[] = []
  rows: number[] = []
  /** Length when the record in hand began; what lies behind can be withdrawn. */
  base = 0
  /** How far its watermark trails that of the stage, ms. */
  lagMs = 0
  /** Records that were left out since the last batch, for its only reader filters them. */
  leftOut = 0
  /** Whether that reader would hand on all records since then as they are. */
  isTold = false
  /** Records sent, once per reader. */
  sent = 0
  readonly #readers: number

  constructor(name: string, outlets: readonly Outlet[]) {
    this.name = name
    this.outlets = outlets
    this.#readers = outlets.reduce((sum, { readers }) => sum + readers, 0)
  }

  push(value: unknown, timestamp: number, mark: number, row: number): void {
    this.values.push(value)
    this.timestamps.push(timestamp)
    this.marks.push(mark - this.lagMs)
    this.rows.push(row)
  }

  /** Takes over a run of records as they are. */
  take(
    {
      marks,
      rows,
      timestamps,
      values,
    }: Pick<RecordBatch, 'values' | 'timestamps' | 'marks' | 'rows'>,
    start: number,
    end: number,
  ): void {
    const isWhole = this.values.length === 0 && start === 0 && end === values.length
    if (isWhole) {
      // The next batch begins with arrays of its own.
      this.values = values as unknown[]
      this.timestamps = timestamps as number[]
      this.marks = marks as number[]
      this.rows = rows as number[]
      return
    }
    for (let at = start; at < end; at++) {
      this.push(values[at], timestamps[at] as number, marks[at] as number, rows[at] as number)
    }
  }

  /** Takes back everything from position `length` on. */
  withdraw(length: number): void {
    if (this.values.length === length) return
    this.values.length = length
    this.timestamps.length = length
    this.marks.length = length
    this.rows.length = length
  }

  /** Takes back the entries at which `gone` is true, from `base` on. */
  withdrawWhere(gone: (position: number) => boolean): void {
    let kept = this.base
    for (let index = this.base; index < this.values.length; index++) {
      if (gone(index - this.base)) continue
      this.values[kept] = this.values[index]
      this.timestamps[kept] = this.timestamps[index] as number
      this.marks[kept] = this.marks[index] as number
      this.rows[kept] = this.rows[index] as number
      kept++
    }
    this.withdraw(kept)
  }

  /** Hands what was emitted to every reader as one batch. `isIdle`: the writer steps aside. */
  seal(table: OriginTable, watermark: number, isIdle: boolean): void {
    const mark = watermark - this.lagMs
    const length = this.values.length
    if (length === 0 && this.leftOut === 0) {
      for (const outlet of this.outlets) outlet.offerMark(mark, isIdle)
      return
    }
    if (this.outlets.length > 0) {
      const { isTold, leftOut, marks, rows, timestamps, values } = this
      const batch = new RecordBatch(values, timestamps, marks, rows, table, undefined, leftOut)
      batch.isTold = isTold
      for (const outlet of this.outlets) outlet.offer(batch, mark)
      this.sent += (length + leftOut) * this.#readers
    }
    this.values = []
    this.timestamps = []
    this.marks = []
    this.rows = []
    this.base = 0
    this.leftOut = 0
    this.isTold = false
  }
}
