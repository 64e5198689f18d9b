import { defineError, type ErrorOf } from '@millrace/base'

/** Why a record is refused: its value is none that a row can hold, it has a field that is no column, or the table refuses it. */
export const SQLITE_VALUE = 'SQLITE_VALUE'
/** A record has a field that is no column of the table. */
export const SQLITE_COLUMN = 'SQLITE_COLUMN'
/** A constraint of the table refuses the row. */
export const SQLITE_CONSTRAINT = 'SQLITE_CONSTRAINT'

/** Why a record is refused: no error of the job, but what its dead letter says. */
export type RefusalCode = typeof SQLITE_VALUE | typeof SQLITE_COLUMN | typeof SQLITE_CONSTRAINT

/** The file cannot be opened as a database. */
export const SQLITE_OPEN: ErrorOf<{ path: string; reason: string }> = defineError({
  code: 'SQLITE_OPEN',
  message: (details) =>
    `"${details.path}" cannot be opened as an SQLite database: ${details.reason}.`,
  hint: () => 'Check the path, the folder and its permissions, and that the file is a database.',
})

/** The database has no such table, and the sink may make none. */
export const SQLITE_NO_TABLE: ErrorOf<{ path: string; table: string; near?: string | undefined }> =
  defineError({
    code: 'SQLITE_NO_TABLE',
    message: (details) => `"${details.path}" has no table "${details.table}".`,
    hint: (details) =>
      details.near === undefined
        ? 'Make the table, or leave out "create: false".'
        : `Did you mean "${details.near}"?`,
  })

/** The table, or the result of a query, has no such column. */
export const SQLITE_NO_COLUMN: ErrorOf<{
  /** Absent: the result of a query. */
  table?: string | undefined
  column: string
  near?: string | undefined
}> = defineError({
  code: 'SQLITE_NO_COLUMN',
  message: ({ column, table }) =>
    `${table === undefined ? 'The result of the query' : `The table "${table}"`} has no column "${column}".`,
  hint: ({ near, table }) => {
    if (near !== undefined) return `Did you mean "${near}"?`
    return table === undefined
      ? 'Name a column that the query selects.'
      : 'Name a column of the table, or add it to the table.'
  },
})

/** The table has nothing that makes the columns of `key` unique. */
export const SQLITE_KEY: ErrorOf<{ table: string; key: string }> = defineError({
  code: 'SQLITE_KEY',
  message: (details) => `Nothing makes "${details.key}" unique in the table "${details.table}".`,
  hint: (details) => `CREATE UNIQUE INDEX … ON ${details.table} (${details.key}) once.`,
})

/** A job goes back to a savepoint, and the table shows rows of later checkpoints that nobody can tell apart. */
export const SQLITE_LATER: ErrorOf<{ path: string; table: string }> = defineError({
  code: 'SQLITE_LATER',
  message: (details) =>
    `The table "${details.table}" of "${details.path}" has rows from behind the savepoint.`,
  hint: () =>
    'Put a copy of the database from the time of the savepoint in its place; or write to another table (--set, with --allow-changed); or go on without --from.',
})

/** Somebody else holds the database for too long. */
export const SQLITE_BUSY: ErrorOf<{ path: string }> = defineError({
  code: 'SQLITE_BUSY',
  retry: 'later',
  message: (details) => `"${details.path}" is locked by somebody else.`,
  hint: () => 'Keep transactions of others under five seconds, and run the job again.',
})

/** The disk is full. */
export const SQLITE_FULL: ErrorOf<{ path: string }> = defineError({
  code: 'SQLITE_FULL',
  retry: 'later',
  message: (details) => `No space left for "${details.path}".`,
  hint: () => 'Free space on that disk, and run the job again.',
})

/** The database or a statement failed otherwise. */
export const SQLITE_FAILED: ErrorOf<{ path: string; reason: string }> = defineError({
  code: 'SQLITE_FAILED',
  message: (details) => `"${details.path}" failed: ${details.reason}.`,
  hint: () => 'Check the statement, the file and its permissions, and run the job again.',
})

/** What a checkpoint names is not in the database. */
export const SQLITE_NOT_AS_LEFT: ErrorOf<{ path: string; left: number; found: number }> =
  defineError({
    code: 'SQLITE_NOT_AS_LEFT',
    message: (details) =>
      `"${details.path}" holds ${details.found} prepared rows; the last checkpoint left ${details.left} there.`,
    hint: () => 'Put the database back as it was, or start the job anew with --fresh.',
  })

/** What a query is ordered by does not grow from row to row. */
export const SQLITE_ORDER: ErrorOf<{ column: string; before: string; after: string }> = defineError(
  {
    code: 'SQLITE_ORDER',
    message: (details) =>
      `Column "${details.column}" must grow from row to row; ${details.after} came behind ${details.before}.`,
    hint: () => 'Name a unique column without nulls, such as the primary key.',
  },
)
