// What issue 6 asks of Millrace, and whether this run kept it.
import { ratio, type Comparison } from '../compare/compare.ts'
import type { SetName } from '../compare/sets.ts'
import type { SubjectName } from '../compare/subjects.ts'
import { median, shown } from '../measure/statistics.ts'
import type { Results } from './results.ts'

export interface BoundRow {
  readonly what: string
  readonly bound: string
  /** With its unit, and with each size where there are several. */
  readonly measured: string
  /** At the largest size. */
  readonly kept: boolean
}

interface Faster {
  readonly what: string
  readonly set: SetName
  /** Default: `millrace`. */
  readonly subject?: SubjectName
  readonly than: SubjectName
  readonly times: number
}

const faster: readonly Faster[] = [
  { what: 'the job, against the readline script', set: 'job', than: 'readline', times: 4 },
  { what: 'the job, against DuckDB with one thread', set: 'job', than: 'duckdb', times: 1 },
  { what: 'filter only, against the readline script', set: 'filter', than: 'readline', times: 5 },
  { what: 'an actor that reads every field', set: 'actor', than: 'readline', times: 1.2 },
  { what: 'CSV, against csv-parse', set: 'csv', than: 'csv-parse', times: 3 },
  {
    what: 'two threads against one, a stage of 2 µs',
    set: 'heavy',
    subject: 'millrace-threads',
    than: 'millrace',
    times: 1.7,
  },
  {
    what: 'two threads against one, the job',
    set: 'job',
    subject: 'millrace-threads',
    than: 'millrace',
    times: 1.25,
  },
]
/** Below, a run says little of what is promised for 10 million records. */
const RECORDS_MIN = 1_000_000
const RATE = 100_000
const P99_MS = 5
const PEAK_MB = 150

/** Every bound that this run has a figure for. */
export function boundRows({ comparisons: all, latency }: Results): BoundRow[] {
  const comparisons = all.filter(({ records }) => records >= RECORDS_MIN)
  const rows = faster.flatMap(({ what, set, subject = 'millrace', than, times }) => {
    const measured = comparisons
      .filter((comparison) => comparison.set === set)
      .map((comparison) => ({
        value: ratio(comparison, subject, than),
        size: `${comparison.records.toLocaleString('en')} records`,
      }))
      .filter(({ value }) => !Number.isNaN(value))
    const last = measured.at(-1)
    if (last === undefined) return []
    return [
      {
        what,
        bound: `at least ${times} ×`,
        measured: measured.map(({ size, value }) => `${shown(value)} × (${size})`).join(', '),
        kept: last.value >= times,
      },
    ]
  })
  const millrace = latency?.subjects.find(({ subject }) => subject === 'Millrace')
  if (latency !== undefined && latency.rate >= RATE && millrace !== undefined) {
    const p99 = median(millrace.runs.map((run) => run.p99))
    rows.push({
      what: `p99 at ${latency.rate.toLocaleString('en')} records a second through four stages`,
      bound: `under ${P99_MS} ms`,
      measured: `${shown(p99)} ms`,
      kept: p99 < P99_MS,
    })
  }
  const peak = Math.max(...comparisons.map(peakOfMillrace))
  if (Number.isFinite(peak)) {
    rows.push({
      what: 'peak memory, the largest of all sets',
      bound: `under ${PEAK_MB} MB`,
      measured: `${shown(peak)} MB`,
      kept: peak < PEAK_MB,
    })
  }
  return rows
}

function peakOfMillrace({ compared }: Comparison): number {
  const costs = compared.find(({ subject }) => subject === 'millrace')?.costs ?? []
  return median(costs.map(({ megabytes }) => megabytes))
}
