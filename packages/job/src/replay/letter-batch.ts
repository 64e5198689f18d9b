import type { ParkedRecord, Recalled } from '@millrace/engine'
import { BATCH_MAX, type Decoded, type Malformed, type SourceBatch } from '@millrace/sdk'

/** A dead letter or a parked record: both have the same fields. */
export type Letter = ParkedRecord

/** Letters that go back together: they came from one partition, and keep their places and times. */
export class LetterBatch implements SourceBatch, Recalled {
  readonly origin: Recalled['origin']
  readonly values: unknown[] = []
  readonly timestamps: number[] = []
  readonly offsets: number[] = []
  readonly lines: number[] = []
  readonly malformed: Malformed[] = []

  constructor(first: Letter) {
    const { position } = first
    this.origin = position === null ? undefined : position
  }

  /** Whether a letter can join: values and malformed entries do not mix, as their offsets need not grow. */
  takes({ position }: Letter, decoded: Decoded): boolean {
    const isSamePlace =
      position?.source === this.origin?.source && position?.partition === this.origin?.partition
    const isSameKind = 'value' in decoded ? this.malformed.length === 0 : this.values.length === 0
    return isSamePlace && isSameKind && this.values.length + this.malformed.length < BATCH_MAX
  }

  add({ position, raw }: Letter, decoded: Decoded, timestamp: number): void {
    const offset = position?.offset ?? 0
    if (!('value' in decoded)) {
      this.malformed.push({ offset, line: position?.line ?? 0, raw: raw ?? '', ...decoded })
      return
    }
    this.values.push(decoded.value)
    this.timestamps.push(timestamp)
    this.offsets.push(offset)
    this.lines.push(position?.line ?? 0)
  }
}
