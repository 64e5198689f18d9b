/**
 * What stages emit on the output `late`: a record that came too late, and for what. Emitted without a record in hand (from
 * `onWatermark`, `onTimer`, `onEnd`) it is about one that was taken in before, which counts as used no more: once for each.
 */
export interface LateRecord {
  /** As it came. */
  readonly record: unknown
  /** Epoch ms. */
  readonly eventTime: number
  /** The watermark in front of it. */
  readonly watermark: number
  /** The last window it would have been in, where there are windows; epoch ms, the end is not part of it. */
  readonly windowStart?: number
  readonly windowEnd?: number
  /** How long ago, in event time, it would have been taken, ms. */
  readonly lateBy: number
}

/** Whether a value of an output `late` says which record it is about. */
export function isLateRecord(value: unknown): value is LateRecord {
  return typeof value === 'object' && value !== null && 'record' in value && 'lateBy' in value
}
