import type { ConsumerMetrics, StreamMetrics } from './metrics.ts'
import type { Retained } from './retained.ts'

/** What a Classic has done so far. Plain data: `JSON.stringify` is its JSON form. */
export interface Report {
  /** ISO 8601. */
  readonly at: string
  readonly summary: {
    readonly streams: number
    readonly processors: number
    readonly windows: number
    readonly joins: number
    /** Events published to all streams. */
    readonly published: number
    /** Events dealt with by processors. */
    readonly processed: number
    readonly failed: number
    readonly late: number
    readonly deadLetters: number
  }
  readonly streams: readonly StreamMetrics[]
  /** Those that dealt with the most events, at most five. */
  readonly topProcessors: readonly ConsumerMetrics[]
  readonly retained: Retained
}

/** How many processors a report puts in front. */
const TOP = 5

/** Puts a report together. */
export function reportOf(parts: {
  readonly nowMs: number
  readonly streams: readonly StreamMetrics[]
  readonly consumers: readonly ConsumerMetrics[]
  readonly deadLetters: number
  readonly retained: Retained
}): Report {
  const { consumers, deadLetters, nowMs, retained, streams } = parts
  const processors = consumers.filter(({ kind }) => kind === 'processor')
  const count = (kind: ConsumerMetrics['kind']): number =>
    consumers.filter((consumer) => consumer.kind === kind).length
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
  return {
    at: new Date(nowMs).toISOString(),
    summary: {
      streams: streams.length,
      processors: processors.length,
      windows: count('window'),
      joins: count('join'),
      published: sum(streams.map(({ published }) => published)),
      processed: sum(processors.map(({ processed }) => processed)),
      failed: sum(consumers.map(({ failed }) => failed)),
      late: sum(consumers.map(({ late }) => late)),
      deadLetters,
    },
    streams,
    topProcessors: processors.toSorted((a, b) => b.processed - a.processed).slice(0, TOP),
    retained,
  }
}

/** A report for people. */
export function renderReport({ at, streams, summary, topProcessors }: Report): string {
  const lines = [
    `Report of ${at}`,
    `  streams ${summary.streams}, processors ${summary.processors}, windows ${summary.windows}, joins ${summary.joins}`,
    `  published ${summary.published}, processed ${summary.processed}, failed ${summary.failed}, late ${summary.late}, dead letters ${summary.deadLetters}`,
  ]
  for (const { buffered, id, published, watermark } of streams) {
    const mark = watermark === null ? 'none' : new Date(watermark).toISOString()
    lines.push(`${id}: published ${published}, buffered ${buffered}, watermark ${mark}`)
  }
  if (topProcessors.length > 0) lines.push('Busiest processors')
  for (const { failed, filtered, id, processed } of topProcessors) {
    lines.push(`  ${id}: processed ${processed}, filtered ${filtered}, failed ${failed}`)
  }
  return `${lines.join('\n')}\n`
}
