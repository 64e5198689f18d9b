import type { Summary } from '@millrace/engine'
import { plain, type Paint, type Style } from '../paint.ts'
import { imbalances } from './balance.ts'
import { displayPath } from './fault-text.ts'
import { formatBytes, formatCount, formatElapsed, plural } from './quantity.ts'
import { alignRows, type Align } from './table.ts'

/** What the summary cannot know by itself. */
export interface SummaryOptions {
  readonly paint?: Paint
  /** Where dead letters went, for people. */
  readonly deadLetterPlace?: string | undefined
  /** Files are named relative to it. */
  readonly cwd?: string
}

const stateStyles: Record<Summary['state'], Style> = {
  completed: 'green',
  stopped: 'yellow',
  failed: 'red',
}

/** The end of a run as text: every count, the check that they add up, what was left out and why. Ends with a line end. */
export function renderSummary(summary: Summary, options: SummaryOptions = {}): string {
  const paint = options.paint ?? plain
  // A job that could not even start has nothing to count.
  const started = summary.state !== 'failed' || summary.sources.some((source) => source.read > 0)
  const blocks = [
    [headline(summary, paint)],
    started ? countTables(summary, paint) : [],
    started ? [balanceLine(summary, paint)] : [],
    filterLines(summary, paint),
    metricLines(summary, paint),
    deadLetterLines(summary, options, paint),
    checkpointLines(summary),
    resizedLines(summary),
    warningLines(summary, paint),
  ]
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}

function headline(summary: Summary, paint: Paint): string {
  const read = summary.sources.reduce((sum, source) => sum + source.read, 0)
  const bytes = summary.sources.reduce((sum, source) => sum + source.bytes, 0)
  const rate = summary.elapsedMs > 0 ? (read * 1000) / summary.elapsedMs : 0
  const state = paint(stateStyles[summary.state], summary.state)
  const volume = bytes > 0 ? ` (${formatBytes(bytes)})` : ''
  const facts = `${plural(read, 'record')}${volume} in ${formatElapsed(summary.elapsedMs)}`
  const restarts = summary.restarts > 0 ? `, ${plural(summary.restarts, 'restart')}` : ''
  const anew = summary.pipelineRestarts
  const whole = anew > 0 ? `, begun anew ${plural(anew, 'time')}` : ''
  return `${paint('bold', summary.name)} ${state}: ${facts}, ${formatCount(rate)}/s${restarts}${whole}`
}

/** Sources, stages and sinks, each with its own columns; numbers stand on the right. */
function countTables(summary: Summary, paint: Paint): string[] {
  const tables: Table[] = [
    {
      head: ['source', 'module', 'read', 'sent', 'malformed'],
      rows: summary.sources.map((s) => [s.id, s.module, s.read, s.sent, s.malformed]),
    },
    {
      head: ['stage', 'module', 'in', 'used', 'filtered', 'late', 'dead', 'dropped', 'held'],
      rows: summary.stages.map((s) => [
        s.id,
        s.module,
        s.in,
        s.used,
        s.filtered,
        s.late,
        s.dead,
        s.dropped,
        s.held,
      ]),
    },
    {
      head: ['sink', 'module', 'received', 'written', 'rejected', 'held'],
      rows: summary.sinks.map((s) => [s.id, s.module, s.received, s.written, s.rejected, s.held]),
    },
  ]
  return joinTables(
    tables.filter((table) => table.rows.length > 0),
    paint,
  )
}

interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

/** The tables share their column widths, so that numbers of all three stand below each other. */
function joinTables(tables: readonly Table[], paint: Paint): string[] {
  const align: Align[] = ['left', 'left', ...Array.from({ length: 7 }, () => 'right' as const)]
  const rows = tables.flatMap((table, index) => [
    ...(index === 0 ? [] : [[]]),
    table.head.map((name) => paint('dim', name)),
    ...table.rows.map((row) => row.map((cell) => renderCell(cell, paint))),
  ])
  return alignRows(rows, align)
}

function renderCell(cell: string | number, paint: Paint): string {
  if (typeof cell === 'string') return cell
  return cell === 0 ? paint('dim', '0') : formatCount(cell)
}

function balanceLine(summary: Summary, paint: Paint): string {
  const faults = imbalances(summary)
  if (faults.length > 0) {
    const text = `counts do not add up, which is a bug in Millrace or a plugin: ${faults.join('; ')}`
    return paint('red', text)
  }
  const read = summary.sources.reduce((sum, source) => sum + source.read, 0)
  const records = read === 1 ? 'the record' : `each of the ${plural(read, 'record')}`
  return `${paint('green', 'counts add up')}: ${records} read has exactly one fate at every stage`
}

function filterLines(summary: Summary, paint: Paint): string[] {
  const rows = summary.stages.flatMap((stage) =>
    Object.entries(stage.reasons).map(([reason, count]) => [
      `  ${formatCount(count)}`,
      stage.id,
      reason,
    ]),
  )
  if (rows.length === 0) return []
  return [paint('bold', 'filtered'), ...alignRows(rows, ['right'])]
}

/** What sources, stages and sinks counted themselves. */
function metricLines(summary: Summary, paint: Paint): string[] {
  const { resources = [], sources, stages, sinks } = summary
  const rows = [...resources, ...sources, ...stages, ...sinks].flatMap(({ id, metrics = {} }) =>
    Object.entries(metrics).map(([name, count]) => [`  ${formatCount(count)}`, id, name]),
  )
  if (rows.length === 0) return []
  return [paint('bold', 'counted'), ...alignRows(rows, ['right'])]
}

function deadLetterLines(
  summary: Summary,
  { deadLetterPlace: place, cwd }: SummaryOptions,
  paint: Paint,
): string[] {
  if (summary.deadLetters === 0) return []
  const codes = Object.entries(summary.deadLettersByCode)
    .map(([code, count]) => `${formatCount(count)} ${code}`)
    .join(', ')
  const all = summary.firstDeadLetters.map((letter) => [
    `  ${displayPath(letter.at, cwd)}`,
    letter.code,
    letter.message,
  ])
  // A JSON array on one line names the same place for all.
  const first = all.filter(
    (row, index) => all.findIndex((other) => other.join(' ') === row.join(' ')) === index,
  )
  const where = place === undefined ? '' : ` in ${place}`
  const title = paint('bold', `${plural(summary.deadLetters, 'dead letter')}${where}`)
  const rest = summary.deadLetters - first.length
  const more = rest > 0 ? [paint('dim', `  and ${formatCount(rest)} more`)] : []
  return [`${title}: ${codes}`, ...alignRows(first), ...more]
}

function checkpointLines({ checkpoint, state }: Summary): string[] {
  const { number = 0 } = checkpoint ?? {}
  if (number === 0) return []
  const next =
    state === 'completed'
      ? 'the job is finished; --fresh begins it anew'
      : 'the next run goes on from there'
  return [`checkpoint ${formatCount(number)} is the last: ${next}`]
}

function resizedLines({ resized = [] }: Summary): string[] {
  return resized.map(({ before, stage, workers }) => {
    return `"${stage}" has ${plural(workers, 'worker')} at the end; it began with ${before}`
  })
}

function warningLines(summary: Summary, paint: Paint): string[] {
  return summary.warnings.map((warning) => `${paint('yellow', 'warning')}: ${warning}`)
}
