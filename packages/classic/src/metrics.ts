import type { Channel } from './channel.ts'
import type { Consumer } from './consumer.ts'

/** What became of the events that a processor, window or join was given. */
export interface ConsumerMetrics {
  readonly id: string
  readonly kind: 'processor' | 'window' | 'join'
  /** The streams that it reads. */
  readonly streams: readonly string[]
  /** Events that were handed to it. */
  readonly received: number
  /** Dealt with, and not filtered. */
  readonly processed: number
  readonly filtered: number
  /** Too late for all its windows. */
  readonly late: number
  /** Failed for good. */
  readonly failed: number
  /** In its queue or in hand. */
  readonly waiting: number
  /** `failed`: its job has ended before its time. */
  readonly status: 'running' | 'failed'
}

/** What happened to a stream. */
export interface StreamMetrics {
  readonly id: string
  /** Events that were published. */
  readonly published: number
  /** Events that wait for `processBatch`. */
  readonly buffered: number
  /** Publications that wait for room. */
  readonly waiting: number
  /** Epoch ms; null before the first. */
  readonly watermark: number | null
  readonly processors: readonly ConsumerMetrics[]
  readonly windows: readonly ConsumerMetrics[]
  readonly joins: readonly ConsumerMetrics[]
}

/** A consumer as metrics show it. */
export interface Known {
  readonly kind: ConsumerMetrics['kind']
  readonly streams: readonly string[]
  readonly consumer: Consumer
}

export function metricsOf({ consumer, kind, streams }: Known): ConsumerMetrics {
  const { failed, filtered, late, received, used, waiting } = consumer.counts()
  const status = consumer.failure === undefined ? 'running' : 'failed'
  const counts = { received, processed: used, filtered, late, failed, waiting, status } as const
  return { id: consumer.id, kind, streams, ...counts }
}

export function streamMetricsOf(channel: Channel, known: readonly Known[]): StreamMetrics {
  const { batches, id, published, waiting, watermark } = channel
  const readers = known.filter(({ streams }) => streams.includes(id))
  const ofKind = (kind: Known['kind']): readonly ConsumerMetrics[] =>
    readers.filter((reader) => reader.kind === kind).map(metricsOf)
  return {
    id,
    published,
    buffered: batches.length,
    waiting,
    watermark: Number.isFinite(watermark) ? watermark : null,
    processors: ofKind('processor'),
    windows: ofKind('window'),
    joins: ofKind('join'),
  }
}
