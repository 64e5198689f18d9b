// Figures as tables of Markdown.
import { ratio, type Comparison } from '../compare/compare.ts'
import { comparedSets, type SetName } from '../compare/sets.ts'
import { subjects } from '../compare/subjects.ts'
import type { Latency } from '../latency/latency.ts'
import type { Cost } from '../measure/process.ts'
import { median, shown, spreadOf } from '../measure/statistics.ts'
import type { KeyMemory } from '../memory.ts'
import type { BoundRow } from './bounds.ts'

export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Median, with the smallest and largest where there are several. */
function spreadCell(numbers: readonly number[]): string {
  if (numbers.length === 0 || numbers.some(Number.isNaN)) return ''
  const spread = spreadOf(numbers)
  if (numbers.length === 1) return `**${shown(spread.median)}**`
  return `**${shown(spread.median)}** (${shown(spread.least)} to ${shown(spread.most)})`
}

const many = (count: number): string => count.toLocaleString('en')
const times = (value: number): string => (Number.isNaN(value) ? '' : `${shown(value)} ×`)

/** One set, a table for each size. */
export function comparisonTables(name: SetName, comparisons: readonly Comparison[]): string {
  const tables = comparisons.map((comparison) => {
    const sizes = `${many(comparison.records)} records, ${many(comparison.rows)} rows in the answer:`
    return [sizes, comparisonTable(comparison), leftOutLines(comparison)]
  })
  return [`### ${comparedSets[name].title}`, ...tables.flat()]
    .filter((text) => text !== '')
    .join('\n\n')
}

function comparisonTable(comparison: Comparison): string {
  const [baseline] = comparedSets[comparison.set].subjects
  const counted = comparison.compared.every(({ costs }) =>
    costs.every(({ instructions }) => !Number.isNaN(instructions)),
  )
  const rows = comparison.compared.map(({ costs, subject }) => {
    const figures = (of: keyof Cost): number[] => costs.map((cost) => cost[of])
    const middle = (of: keyof Cost, unit = 1): string => shown(median(figures(of)) / unit)
    const against = (of: keyof Cost): string => times(ratio(comparison, subject, baseline, of))
    return [
      subjects[subject].title,
      spreadCell(figures('seconds')),
      against('seconds'),
      middle('cpuSeconds'),
      against('cpuSeconds'),
      ...(counted ? [middle('instructions', 1e6), against('instructions')] : []),
      middle('megabytes'),
      String(costs.length),
    ]
  })
  const counts = counted ? ['million instructions', 'fewer'] : []
  return markdownTable(
    ['', 'seconds', 'faster', 'CPU seconds', 'less CPU', ...counts, 'peak MB', 'runs'],
    rows,
  )
}

const leftOutLines = ({ leftOut }: Comparison): string =>
  leftOut
    .map(({ reason, subject }) => `Left out: ${subjects[subject].title}, ${reason}.`)
    .join('\n\n')

export function latencyTable({ rate, seconds, subjects, warmSeconds }: Latency): string {
  const rows = subjects.map(({ runs, subject }) => [
    subject,
    ...(['p50', 'p99', 'p999', 'most'] as const).map((of) =>
      spreadCell(runs.map((run) => run[of])),
    ),
    `${Math.round(median(runs.map(({ busy }) => busy)) * 100)} %`,
  ])
  return `### Latency at ${many(rate)} records a second

${markdownTable(['ms', 'p50', 'p99', 'p99.9', 'most', 'of a core'], rows)}

From when a record was due to when the sink has it, through four stages (filter, map, an actor with state for each of a thousand users,
filter), over ${seconds - warmSeconds} s behind ${warmSeconds} s that are not counted. A record that waits because others are slow counts from when it was due. The source
asks once a millisecond what is due, so half a millisecond of each median is its own.`
}

export function keyTable({ keys, subjects: found }: KeyMemory): string {
  const rows = found.map(({ bytes, subject }) => [subjects[subject].title, spreadCell(bytes)])
  return `### Memory of a key

${markdownTable(['', 'bytes'], rows)}

Count and sum by user, for ${many(keys)} users: peak memory of the process less that with a hundred users, divided by the users.`
}

export const boundTable = (rows: readonly BoundRow[]): string =>
  markdownTable(
    ['', 'bound', 'measured', ''],
    rows.map(({ bound, kept, measured, what }) => [
      what,
      bound,
      measured,
      kept ? 'kept' : '**not kept**',
    ]),
  )
