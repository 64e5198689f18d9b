/** How a stream is made. */
export interface StreamOptions {
  /** Which time counts for windows and joins: when events happened (the default), or when they were published. */
  readonly time?: 'event' | 'processing' | undefined
  /** How far events may be out of order, such as `30s`: the watermark trails the largest event time by it. Default: the watermark moves by `setWatermark` alone. */
  readonly disorder?: string | undefined
  /** After so long without events the stream holds windows and joins back no more, such as `1m`. Default: it always does. */
  readonly idle?: string | undefined
  /** Most events that are kept for `processBatch`; then publishing waits. Default: none are kept. */
  readonly buffer?: number | undefined
  /** Whether publishing waits for room (the default), or rejects with CLASSIC_FULL. */
  readonly whenFull?: 'wait' | 'reject' | undefined
}
