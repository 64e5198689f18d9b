import type { DatabaseSync } from 'node:sqlite'
import { nearestName } from '@millrace/base'
import { quoted } from './database.ts'
import { SQLITE_KEY, SQLITE_NO_COLUMN, SQLITE_NO_TABLE } from './errors.ts'

/** Where a sink writes. */
export interface TableParameters {
  readonly path: string
  readonly table: string
  readonly columns?: readonly string[] | undefined
  readonly key?: readonly string[] | undefined
  readonly create: boolean
}

/** A table that rows can be written to. */
export interface Table {
  /** The columns that are written. */
  readonly columns: readonly string[]
  /** The columns of each of its unique indexes that are all written. */
  readonly unique: readonly (readonly string[])[]
}

/** The table as it is; undefined where it is not there and `create` lets the first record name its columns. */
export function findTable(database: DatabaseSync, parameters: TableParameters): Table | undefined {
  const { columns, create, key, path, table } = parameters
  const found = columnsOf(database, table)
  if (found.length > 0) return checked(database, parameters, found)
  if (!create) {
    const near = nearestName(table, tablesOf(database))
    throw SQLITE_NO_TABLE({ path, table, near })
  }
  for (const column of columns === undefined ? [] : (key ?? [])) {
    if (columns?.includes(column) === true) continue
    throw SQLITE_NO_COLUMN({ table, column, near: nearestName(column, columns ?? []) })
  }
  return columns === undefined ? undefined : makeTable(database, parameters, columns)
}

/** Makes the table with these columns. Throws SQLITE_NO_COLUMN where one of the key is not among them. */
export function makeTable(
  database: DatabaseSync,
  parameters: TableParameters,
  columns: readonly string[],
): Table {
  const { key, table } = parameters
  // The key may name a field that the first record lacks.
  const all = [...columns, ...(key ?? []).filter((column) => !columns.includes(column))]
  const primary = key === undefined ? '' : `, PRIMARY KEY (${key.map(quoted).join(', ')})`
  database.exec(
    `CREATE TABLE IF NOT EXISTS ${quoted(table)} (${all.map(quoted).join(', ')}${primary})`,
  )
  return checked(database, parameters, columnsOf(database, table))
}

function checked(
  database: DatabaseSync,
  { columns, key, table }: TableParameters,
  found: readonly string[],
): Table {
  for (const column of [...(columns ?? []), ...(key ?? [])]) {
    if (found.includes(column)) continue
    throw SQLITE_NO_COLUMN({ table, column, near: nearestName(column, found) })
  }
  const written = columns ?? found
  const unique = uniqueOf(database, table)
  if (key !== undefined && !unique.some((one) => isSame(one, key))) {
    throw SQLITE_KEY({ table, key: key.join(', ') })
  }
  const isWritten = (names: readonly string[]): boolean =>
    names.every((name) => written.includes(name))
  return { columns: written, unique: unique.filter(isWritten) }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name))
}

function columnsOf(database: DatabaseSync, table: string): readonly string[] {
  const rows = database.prepare('SELECT name FROM pragma_table_info(?) ORDER BY cid').all(table)
  return rows.map(({ name }) => String(name))
}

function tablesOf(database: DatabaseSync): readonly string[] {
  const rows = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
  return rows.map(({ name }) => String(name)).filter((name) => !/^(sqlite|millrace)_/.test(name))
}

/** The columns of each whole unique index, and of the primary key. */
function uniqueOf(database: DatabaseSync, table: string): readonly (readonly string[])[] {
  const lists: string[][] = []
  const keys = database
    .prepare('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
    .all(table)
  if (keys.length > 0) lists.push(keys.map(({ name }) => String(name)))
  const indexes = database
    .prepare('SELECT name FROM pragma_index_list(?) WHERE "unique" AND NOT partial')
    .all(table)
  for (const { name } of indexes) {
    const columns = database.prepare('SELECT name FROM pragma_index_info(?)').all(String(name))
    // An expression has no name: what it makes unique shows when the rows come to the table.
    if (columns.every((column) => column['name'] !== null)) {
      lists.push(columns.map((column) => String(column['name'])))
    }
  }
  return lists
}
