import { nearestName } from '@millrace/base'
import { ANOMALY_NO_COLUMN, ANOMALY_ROW } from '../errors.ts'
import type { Table } from './read-table.ts'
import type { Rows, Series } from './series.ts'

/** Which columns are what; what is undefined is found by its name. */
export interface Columns {
  /** Columns of the points; without it all that hold numbers and are nothing else. */
  readonly fields?: readonly string[] | undefined
  readonly time?: string | undefined
  /** Column whose values are series of their own. */
  readonly by?: string | undefined
  /** Column that is neither 0 nor empty where something is strange. */
  readonly label?: string | undefined
}

const timeNames = ['timestamp', 'timestamps', 'time', 'date', 'datetime', 'ts']
const labelNames = ['label', 'labels', 'is_anomaly', 'anomaly', 'is_outlier', 'outlier']

/** The series in a file, one for each value of `by`. Throws ANOMALY_NO_COLUMN, and ANOMALY_ROW with file and line. */
export function readSeries(name: string, file: string, table: Table, columns: Columns): Series[] {
  const at = (column: string, option: string): number => {
    const index = table.columns.indexOf(column)
    if (index >= 0) return index
    const near = nearestName(column, table.columns)
    throw ANOMALY_NO_COLUMN({ name: column, option, near, columns: table.columns }, { file })
  }
  const named = (names: readonly string[]): number =>
    table.columns.findIndex((column) => names.includes(column.toLowerCase()))
  const time = columns.time === undefined ? named(timeNames) : at(columns.time, '--time')
  const label = columns.label === undefined ? named(labelNames) : at(columns.label, '--label')
  const by = columns.by === undefined ? -1 : at(columns.by, '--by')
  const fields =
    columns.fields?.map((field) => at(field, '--fields')) ?? numeric(table, [time, label, by])
  if (fields.length === 0) {
    const expected = 'a column of numbers'
    throw ANOMALY_ROW({ expected, got: `the columns ${table.columns.join(', ')}` }, { file })
  }
  const leftOut =
    columns.fields === undefined
      ? table.columns.filter((_, column) => ![time, label, by, ...fields].includes(column))
      : []
  const group = name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : ''
  return [...rowsByKey(table, by)].map(([key, rows]) => ({
    name: by < 0 ? name : `${name}#${key}`,
    group,
    fields: fields.map((field) => table.columns[field] as string),
    leftOut,
    ...readTimes(table, rows, time),
    values: readValues(file, table, rows, fields),
    windows: label < 0 ? undefined : readLabels(table, rows, label),
  }))
}

function rowsByKey(table: Table, by: number): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>()
  table.rows.forEach((cells, row) => {
    const key = by < 0 ? '' : String(cells[by])
    const rows = groups.get(key)
    if (rows === undefined) groups.set(key, [row])
    else rows.push(row)
  })
  return groups
}

const isMissing = (cell: unknown): boolean =>
  cell === null || (typeof cell === 'string' && /^\s*(?:nan|null)?\s*$/i.test(cell))

const toNumber = (cell: unknown): number =>
  typeof cell === 'string' ? Number(cell) : typeof cell === 'number' ? cell : Number.NaN

/** Columns in whose first hundred rows there are numbers and nothing else. */
function numeric({ columns, rows }: Table, without: readonly number[]): number[] {
  const sample = rows.slice(0, 100)
  return [...columns.keys()].filter((column) => {
    if (without.includes(column)) return false
    const cells = sample.map((row) => row[column]).filter((cell) => !isMissing(cell))
    return cells.length > 0 && cells.every((cell) => Number.isFinite(toNumber(cell)))
  })
}

function readValues(
  file: string,
  table: Table,
  rows: readonly number[],
  fields: readonly number[],
): Float64Array {
  const values = new Float64Array(rows.length * fields.length)
  let end = 0
  for (const row of rows) {
    for (const field of fields) {
      const cell = table.rows[row]?.[field]
      const value = isMissing(cell) ? Number.NaN : toNumber(cell)
      if (!Number.isFinite(value) && !isMissing(cell)) {
        const expected = `a number in column "${table.columns[field]}"`
        const where = { file, line: table.lines[row] as number }
        throw ANOMALY_ROW({ expected, got: JSON.stringify(cell) }, where)
      }
      values[end++] = value
    }
  }
  return values
}

function readTimes(
  table: Table,
  rows: readonly number[],
  time: number,
): Pick<Series, 'stamps' | 'times'> {
  const stamps = rows.map((row, index) => String(time < 0 ? index : table.rows[row]?.[time]))
  return { stamps, times: Float64Array.from(stamps, toTime) }
}

/** Epoch ms of a time as it stands in a file: without a zone it is UTC, a number is epoch ms. What is no time is its row. */
export function toTime(stamp: string, row: number): number {
  if (/^-?[\d.]+$/.test(stamp)) return Number(stamp)
  const hasZone = /(?:[zZ]|[+-]\d\d:?\d\d)$/.test(stamp.slice(10))
  const time = Date.parse(hasZone ? stamp : `${stamp.trim().replace(' ', 'T')}Z`)
  return Number.isNaN(time) ? row : time
}

function readLabels(table: Table, rows: readonly number[], label: number): readonly Rows[] {
  const windows: Rows[] = []
  let first = -1
  rows.forEach((row, index) => {
    const cell = table.rows[row]?.[label]
    const isStrange = !isMissing(cell) && cell !== false && cell !== 'false' && Number(cell) !== 0
    if (isStrange && first < 0) first = index
    if (!isStrange && first >= 0) {
      windows.push([first, index - 1])
      first = -1
    }
  })
  if (first >= 0) windows.push([first, rows.length - 1])
  return windows
}
