import type { DatabaseSync } from 'node:sqlite'
import { inTransaction } from './database.ts'
import { SQLITE_NOT_AS_LEFT } from './errors.ts'
import { movePrepared, type PreparedRows } from './staged-rows.ts'

/** What a sink has prepared. */
export interface RowsToken extends PreparedRows {
  readonly rows: number
}

/** Makes the tables of our own, in which rows wait for their checkpoint and each sink notes how far it is. */
export function makeOwnTables(database: DatabaseSync): void {
  database.exec(
    `CREATE TABLE IF NOT EXISTS main.millrace_prepared (mark, checkpoint, seq, cells, PRIMARY KEY (mark, checkpoint, seq)) WITHOUT ROWID;
     CREATE TABLE IF NOT EXISTS main.millrace_progress (mark PRIMARY KEY, checkpoint) WITHOUT ROWID`,
  )
}

/** Puts the rows of a checkpoint into their table and notes it, in one step; once, however often it is called. */
export function commitRows(
  database: DatabaseSync,
  token: RowsToken,
  options: { readonly path: string; readonly key: readonly string[] | undefined },
): void {
  const { checkpoint, mark, rows } = token
  if (rows === 0) return
  inTransaction(database, () => {
    makeOwnTables(database)
    if (progressOf(database, mark) >= checkpoint) return
    const count = database
      .prepare('SELECT count(*) AS n FROM main.millrace_prepared WHERE mark = ? AND checkpoint = ?')
      .get(mark, checkpoint)
    const found = Number(count?.['n'])
    if (found !== rows) throw SQLITE_NOT_AS_LEFT({ path: options.path, left: rows, found })
    movePrepared(database, token, options.key)
    database
      .prepare('INSERT OR REPLACE INTO main.millrace_progress (mark, checkpoint) VALUES (?, ?)')
      .run(mark, checkpoint)
    database
      .prepare('DELETE FROM main.millrace_prepared WHERE mark = ? AND checkpoint <= ?')
      .run(mark, checkpoint)
  })
}

/** Whether the table shows rows of checkpoints behind the one of a token. */
export function isShownBehind(database: DatabaseSync, { checkpoint, mark }: RowsToken): boolean {
  return inTransaction(database, () => {
    makeOwnTables(database)
    return progressOf(database, mark) > checkpoint
  })
}

/** The last checkpoint of which rows are in their table; 0: of none. */
function progressOf(database: DatabaseSync, mark: string): number {
  const progress = database
    .prepare('SELECT checkpoint FROM main.millrace_progress WHERE mark = ?')
    .get(mark)
  return Number(progress?.['checkpoint'] ?? 0)
}

/** Takes back what was written down for checkpoints that never came to be. */
export function forgetRows(database: DatabaseSync, mark: string): void {
  inTransaction(database, () => {
    makeOwnTables(database)
    database.prepare('DELETE FROM main.millrace_prepared WHERE mark = ?').run(mark)
  })
}
