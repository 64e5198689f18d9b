import type { PartGauges, Progress } from '@millrace/job'
import type { Labels, MetricFamily, Sample } from './metric-family.ts'

type Source = Progress['sources'][number]
type Stage = Progress['stages'][number]
type Sink = Progress['sinks'][number]
type Part = Source | Stage | Sink

/** What is read of a part: one number, none, or one for each name. */
type Read<P> = (part: P) => number | undefined | Readonly<Record<string, number>>

/** A family of one kind of part: name behind `millrace_<kind>_`, help, how it is read, the label of names. */
type Row<P> = readonly [name: string, help: string, read: Read<P>, label?: string]

const sourceRows: readonly Row<Source>[] = [
  ['read_records_total', 'Records read: sent and malformed.', (part) => part.read],
  ['sent_records_total', 'Records sent on.', (part) => part.sent],
  [
    'malformed_records_total',
    'Records that could not be read or have no valid time.',
    (part) => part.malformed,
  ],
  ['read_bytes_total', 'Bytes read.', (part) => part.bytes],
  ['size_bytes', 'Size of the input, where it is known.', (part) => part.bytesTotal],
]

const stageRows: readonly Row<Stage>[] = [
  [
    'received_records_total',
    'Records received: used, filtered, late, dead, dropped and held.',
    (part) => part.in,
  ],
  ['used_records_total', 'Records emitted or taken into state.', (part) => part.used],
  ['filtered_records_total', 'Records filtered out.', (part) => part.filtered],
  ['late_records_total', 'Records late for all their windows.', (part) => part.late],
  ['dead_records_total', 'Records that failed for good.', (part) => part.dead],
  [
    'dropped_records_total',
    'Records dropped by a policy that the job chose.',
    (part) => part.dropped,
  ],
  [
    'held_records',
    'Records without a fate yet: in hand, parked or waiting for another try.',
    (part) => part.held,
  ],
  [
    'emitted_records_total',
    'Records sent on, once for each reader of the output.',
    (part) => part.sent,
    'output',
  ],
  ['state_entries', 'Entries of state, by handle.', (part) => part.stateEntries ?? {}, 'handle'],
  [
    'state_expired_entries_total',
    'Entries of state let go because their time was past.',
    (part) => part.stateExpired ?? {},
    'handle',
  ],
  ['timers', 'Timers that are set.', (part) => part.timers],
]

const sinkRows: readonly Row<Sink>[] = [
  [
    'received_records_total',
    'Records received: written, rejected and held.',
    (part) => part.received,
  ],
  ['written_records_total', 'Records written.', (part) => part.written],
  ['rejected_records_total', 'Records that the sink refused for good.', (part) => part.rejected],
  [
    'held_records',
    'Records without a fate yet: in hand, parked or waiting for another try.',
    (part) => part.held,
  ],
]

/** Families of sources, stages and sinks, and of what they and resources counted themselves. */
export function partMetrics(
  pipeline: string,
  progress: Progress,
  gauges: readonly PartGauges[],
  nowMs: number,
): readonly MetricFamily[] {
  const modules = new Map<string, string>()
  for (const { id, module } of [...progress.sources, ...progress.stages, ...progress.sinks]) {
    modules.set(id, module)
  }
  const at = (kind: PartGauges['kind'], rows: readonly Row<PartGauges>[]): MetricFamily[] => {
    const parts = gauges
      .filter((one) => one.kind === kind)
      .map((one) => ({ ...one, module: modules.get(one.id) ?? '' }))
    return families(pipeline, kind, parts, rows)
  }
  const queued: Row<PartGauges> = [
    'queued_records',
    'Records on their way to it, those in its hands and those that wait for room among them.',
    (part) => part.queued,
  ]
  const restarts: Row<PartGauges> = [
    'restarts_total',
    'How often it was made again since the pipeline began last.',
    (part) => part.restarts,
  ]
  const spilled: readonly Row<PartGauges>[] = [
    ['spilled_keys', 'Keys whose state waits on the disk.', (part) => part.spilled?.keys],
    ['spilled_bytes', 'Scratch on the disk for that.', (part) => part.spilled?.bytes],
  ]
  const time: readonly Row<PartGauges>[] = [
    [
      'watermark_seconds',
      'How far event time has come, as a Unix time.',
      (part) => seconds(part.watermarkMs),
    ],
    [
      'watermark_lag_seconds',
      'How far event time is behind the clock.',
      (part) => seconds(part.watermarkMs === undefined ? undefined : nowMs - part.watermarkMs),
    ],
  ]
  const workers: Row<Stage> = [
    'workers',
    'How many workers a stage has that says parallel.',
    ({ id }) => progress.workers?.[id],
  ]
  return [
    ...families(pipeline, 'source', progress.sources, sourceRows),
    ...at('source', [...time, restarts]),
    ...families(pipeline, 'stage', progress.stages, [...stageRows, workers]),
    ...at('stage', [queued, ...time, restarts, ...spilled]),
    ...families(pipeline, 'sink', progress.sinks, sinkRows),
    ...at('sink', [queued, restarts]),
    counted(pipeline, progress),
  ]
}

function families<P extends Pick<Part, 'id'> & { readonly module?: string }>(
  pipeline: string,
  kind: PartGauges['kind'],
  parts: readonly P[],
  rows: readonly Row<P>[],
): MetricFamily[] {
  return rows.map(([name, help, read, label = '']) => ({
    name: `millrace_${kind}_${name}`,
    type: name.endsWith('_total') ? 'counter' : 'gauge',
    help,
    samples: parts.flatMap((part) => {
      const labels: Labels = { pipeline, [kind]: part.id, module: part.module }
      const found = read(part)
      if (found === undefined) return []
      if (typeof found === 'number') return [{ labels, value: found }]
      return Object.entries(found).map(([key, value]) => ({
        labels: { ...labels, [label]: key },
        value,
      }))
    }),
  }))
}

/** What parts count themselves has names of their own choice: they are values of a label. */
function counted(pipeline: string, progress: Progress): MetricFamily {
  const { resources = [], sinks, sources, stages } = progress
  const samples = [...resources, ...sources, ...stages, ...sinks].flatMap(
    ({ id, metrics = {}, module }): Sample[] =>
      Object.entries(metrics).map(([name, value]) => ({
        labels: { pipeline, part: id, module, name },
        value,
      })),
  )
  return {
    name: 'millrace_part_counted_total',
    type: 'counter',
    help: 'What sources, stages, sinks and resources count themselves, by name.',
    samples,
  }
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000
}
