import type { Key, LateRecord } from '@millrace/sdk'

/** What a window stage knows of the record in hand. One object, reused. */
export interface At {
  readonly timestamp: number
  readonly key: Key | undefined
  /** The watermark in front of the record. */
  readonly watermark: number
}

/** Where results and late records go. */
export interface Out {
  result(value: unknown, timestamp: number): void
  late(value: LateRecord): void
}

/** The windows of one stage: one of their kinds. */
export interface Windows {
  /** `fire` has nothing to do at a watermark below. */
  readonly due: number
  /** Takes a record in. Throws coded errors before anything has changed, or not at all. */
  take(record: unknown, at: At, out: Out): void
  /** The watermark moves from `before` to `watermark`: what is due gives its results, step by step; each says how many keys it went through. */
  fire(watermark: number, before: number, out: Out): Iterator<number>
}
