import { open, stat } from 'node:fs/promises'
import type { JobPlan } from '@millrace/loader'
import { plain, type Paint } from '../paint.ts'
import { nodePath } from './plan-files.ts'
import { formatCount } from './quantity.ts'
import { alignRows, clip, type Align } from './table.ts'

/** Rows of a result file. */
export interface Results {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

const rowsMax = 10
const columnsMax = 12
const cellWidthMax = 32
const bytesMax = 256 * 1024

/** A file of results that can be shown. */
export interface ResultFile {
  /** Of the sink that writes it. */
  readonly id: string
  readonly path: string
  readonly format: 'jsonl' | 'csv'
}

/**
 * The file of the sink called `sink`, or else of the first one, when its rows can be shown: JSON lines or CSV, one path for all
 * records.
 */
export function resultFile(plan: JobPlan): ResultFile | undefined {
  const sinks = plan.nodes.filter((node) => node.kind === 'sink')
  const sink = sinks.find(({ id }) => id === 'sink') ?? sinks[0]
  if (sink === undefined) return undefined
  const { id } = sink
  const path = nodePath(sink)
  if (path === undefined || path === '-' || path.includes('{')) return undefined
  const given = sink.parameters.find((parameter) => parameter.name === 'format')?.value
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase()
  const format = typeof given === 'string' && given !== 'auto' ? given : extension
  if (format === 'csv') return { id, path, format }
  return format === 'jsonl' || format === 'ndjson' ? { id, path, format: 'jsonl' } : undefined
}

/**
 * Reads the first rows back from the written file, so that what is shown is what is there. Undefined where they cannot be
 * shown: a pipe, a packed file, a first row that is very long. Never throws: a preview must not fail a job.
 */
export async function readResults(
  path: string,
  format: 'jsonl' | 'csv',
): Promise<Results | undefined> {
  try {
    // To open a pipe would wait for who writes it.
    const results = (await stat(path)).isFile() ? await readRows(path, format) : undefined
    return results?.rows.length === 0 ? undefined : results
  } catch {
    return undefined
  }
}

async function readRows(path: string, format: 'jsonl' | 'csv'): Promise<Results> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytesMax), 0, bytesMax, 0)
    const text = buffer.toString('utf8', 0, bytesRead)
    // What does not end in a line end here was cut off by the limit.
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split(/\r?\n/)
    return format === 'csv' ? fromCsv(lines) : fromJsonLines(lines)
  } finally {
    await file.close()
  }
}

function fromJsonLines(lines: readonly string[]): Results {
  const records = lines
    .filter((line) => line !== '')
    .slice(0, rowsMax)
    .map((line): unknown => JSON.parse(line))
  const objects = records.map((record) =>
    typeof record === 'object' && record !== null && !Array.isArray(record)
      ? (record as Record<string, unknown>)
      : { value: record },
  )
  const columns = [...new Set(objects.flatMap((object) => Object.keys(object)))]
  return {
    columns,
    rows: objects.map((object) =>
      columns.map((column) => (Object.hasOwn(object, column) ? object[column] : undefined)),
    ),
  }
}

function fromCsv(lines: readonly string[]): Results {
  const [head = [], ...rows] = lines
    .filter((line) => line !== '')
    .slice(0, rowsMax + 1)
    .map(splitCsvLine)
  return { columns: head, rows }
}

// Enough to show a file that our own sink wrote; a quoted cell with a line end shows its first line.
function splitCsvLine(line: string): string[] {
  // The comma in front makes every cell begin alike, empty ones too.
  const cells = `,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"?|([^,]*))/g)
  return Array.from(cells, (cell) => cell[1]?.replaceAll('""', '"') ?? cell[2] ?? '')
}

/** The rows as a table with at most twelve columns; says how many rows and columns it leaves out. */
export function renderResults(
  name: string,
  results: Results,
  total: number,
  options: { readonly paint?: Paint; readonly width?: number | undefined } = {},
): string {
  const { paint = plain, width = 120 } = options
  const shown = results.columns.slice(0, columnsMax)
  const left = results.columns.length - shown.length
  const align: Align[] = shown.map((_, at) =>
    results.rows.every((row) => (row[at] ?? undefined) === undefined || typeof row[at] === 'number')
      ? 'right'
      : 'left',
  )
  const rows = results.rows.map((row) => shown.map((_, at) => renderValue(row[at])))
  const head = shown.map((column) => paint('dim', clip(column, cellWidthMax)))
  const lines = alignRows([head, ...rows], align).map((line) => clip(line, width - 2))
  const more = left > 0 ? `, ${formatCount(left)} more columns` : ''
  const count = `first ${rows.length} of ${formatCount(Math.max(total, rows.length))}${more}`
  return [`${paint('bold', name)} (${count})`, ...lines.map((line) => `  ${line}`), ''].join('\n')
}

function renderValue(value: unknown): string {
  if (value === undefined) return ''
  const text = typeof value === 'string' ? value : renderOther(value)
  return clip(text.replaceAll(/\s+/g, ' '), cellWidthMax)
}

function renderOther(value: unknown): string {
  if (typeof value !== 'number' || Number.isInteger(value)) return JSON.stringify(value) ?? ''
  return String(Number(value.toPrecision(6)))
}
