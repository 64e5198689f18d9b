import type { StreamEvent } from './stream-event.ts'
import type { StreamRef, Target } from './stream.ts'
import type { WindowView } from './window-view.ts'

/** An event that came too late for all its windows. */
export interface LateEvent<T = unknown> {
  readonly event: StreamEvent<T>
  readonly window: string
  /** The last window it would have been in, epoch ms. */
  readonly windowStart: number
  readonly windowEnd: number
  readonly watermark: number
  /** How long ago that window was closed, ms of event time. */
  readonly lateBy: number
}

/** What all kinds of windows are told. */
export interface WindowOptions<T = unknown> {
  readonly stream: StreamRef<T>
  /** Paths in the event, such as `data.userId`: windows for each key. Default: one for all. */
  readonly by?: string | readonly string[] | undefined
  /** How long after its end a window still takes events, such as `1m`. Default `0s`. */
  readonly lateness?: string | undefined
  /** Values that are kept up to date, by name: `{ clicks: 'count()', p95: 'quantile(data.ms, 0.95)' }`. */
  readonly aggregate?:
    | Readonly<Record<string, string | { readonly value: string; readonly where?: string }>>
    | undefined
  /** Whether windows keep their events, for `aggregateWindow`. Default true. */
  readonly keepsEvents?: boolean | undefined
  /** How many closed windows are kept. Default 100. */
  readonly keep?: number | undefined
  /** Takes each window when it closes. A stream gets an event of the window's id as type, and its summary as data. */
  readonly to?: Target<WindowView<T>> | undefined
  /** Takes events too late for all their windows. A stream gets the event itself. Default: they are dead letters. */
  readonly late?: Target<LateEvent<T>> | undefined
  /** Most events that wait for it; then publishing waits. Default 1,024. */
  readonly capacity?: number | undefined
}

/** Windows of one size, one behind the other. */
export interface TumblingOptions<T = unknown> extends WindowOptions<T> {
  /** Such as `5m`. */
  readonly size: string
  /** Where they start, counted from the epoch. Default `0s`. */
  readonly offset?: string | undefined
}

/** Windows that overlap. */
export interface SlidingOptions<T = unknown> extends TumblingOptions<T> {
  /** How often one starts, such as `1m`; at most the size. */
  readonly slide: string
}

/** Windows that end when nothing came for a while. */
export interface SessionOptions<T = unknown> extends WindowOptions<T> {
  /** For how long, such as `30s`. */
  readonly gap: string
}
