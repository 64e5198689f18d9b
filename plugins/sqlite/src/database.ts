import type { DatabaseSync } from 'node:sqlite'
import { isMillraceError, type MillraceError, messageOf } from '@millrace/base'
import { SQLITE_BUSY, SQLITE_FAILED, SQLITE_FULL, SQLITE_OPEN } from './errors.ts'

/** How long a statement waits for a lock of somebody else, ms. */
const patienceDefaultMs = 5000

const busy = 5
const full = 13
/** A constraint, a text too big, a type that does not fit: what is wrong with one row. */
const ofOneRow: ReadonlySet<number> = new Set([18, 19, 20])

/** Opens a database; a file that is not there yet is made unless `readOnly`. Throws SQLITE_OPEN. */
export function openDatabase(
  path: string,
  options: { readonly readOnly?: boolean; readonly patienceMs?: number } = {},
): DatabaseSync {
  const { patienceMs = patienceDefaultMs, readOnly = false } = options
  const { DatabaseSync: Database } = loadSqlite()
  try {
    const database = new Database(path, { readOnly, timeout: patienceMs })
    // Fails here, and not with the first row, where the file is no database.
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    return database
  } catch (error) {
    throw SQLITE_OPEN({ path, reason: reasonOf(error) }, {}, error)
  }
}

/** Puts what a statement threw into our words. */
export function databaseError(error: unknown, path: string): MillraceError {
  if (isMillraceError(error)) return error
  const result = resultOf(error)
  if (result === busy) return SQLITE_BUSY({ path }, {}, error)
  if (result === full) return SQLITE_FULL({ path }, {}, error)
  return SQLITE_FAILED({ path, reason: reasonOf(error) }, {}, error)
}

/** Why the table refuses a row; undefined where the row is not to blame. */
export function refusalOf(error: unknown): string | undefined {
  const result = resultOf(error)
  return result !== undefined && ofOneRow.has(result) ? `${reasonOf(error)}.` : undefined
}

/** Does all of a task in one transaction that is on the disk when it returns, or nothing of it. */
export function inTransaction<T>(database: DatabaseSync, task: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = task()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** A name as SQL takes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function reasonOf(error: unknown): string {
  return messageOf(error).replace(/\.$/, '')
}

/** What SQLite said; its extended results have more bits. */
function resultOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' ? code & 0xff : undefined
}

/** The module without the warning that Node 24 printed about it at first; loaded when it is used. */
function loadSqlite(): typeof import('node:sqlite') {
  const warn = Object.getOwnPropertyDescriptor(process, 'emitWarning')
  process.emitWarning = () => undefined
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    if (warn === undefined) Reflect.deleteProperty(process, 'emitWarning')
    else Object.defineProperty(process, 'emitWarning', warn)
  }
}
