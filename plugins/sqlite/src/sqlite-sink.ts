import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import {
  type AbortResult,
  type Batch,
  defineSink,
  type PrepareOptions,
  type RecoverOptions,
  type Rejection,
  type SinkDefinition,
  type SinkInstance,
  type SinkToken,
  type WriteResult,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { databaseError, inTransaction, openDatabase } from './database.ts'
import { SQLITE_LATER } from './errors.ts'
import { commitRows, forgetRows, isShownBehind, makeOwnTables, type RowsToken } from './progress.ts'
import { type Cell, rowOf } from './row.ts'
import { movePrepared, StagedRows } from './staged-rows.ts'
import { findTable, makeTable } from './table.ts'

const names = z
  .array(z.string().min(1))
  .min(1)
  .refine((list) => new Set(list).size === list.length, { error: 'must not name a column twice' })

const parameters = z.strictObject({
  path: z.string().min(1).meta({
    description: 'The file of the database; it is made if it is missing.',
    format: 'path',
  }),
  table: z
    .string()
    .min(1)
    .refine((name) => !/^(sqlite|millrace)_/i.test(name), {
      error: 'must not begin with sqlite_ or millrace_',
    })
    .meta({ description: 'The table to write to.' }),
  columns: names.optional().meta({
    description:
      'The columns to write; other fields are left out. Default: all of the table, and a record with another field is rejected.',
  }),
  key: names.optional().meta({
    description:
      'Columns that the table keeps unique: a row takes the place of the one with the same key. Default: each record is a row of its own.',
  }),
  create: z.boolean().default(true).meta({
    description:
      'Makes the table if it is missing: with the columns, or those of the first record, and the key as its primary key.',
  }),
})

/** What the sink `sqlite` takes. */
export type SqliteSinkParameters = z.output<typeof parameters>

/** Writes records as rows of a table, exactly once in a job with checkpoints. */
export const sqliteSink: SinkDefinition<SqliteSinkParameters> = defineSink({
  name: 'sqlite',
  summary: 'Writes records as rows of an SQLite table, or keeps the latest row of each key.',
  parameters,
  main: 'path',
  guarantee:
    'Rows appear in one transaction with each durable checkpoint, each once; in a job without checkpoints all appear when it is done, and a failed one leaves none.',
  delivers: 'exactlyOnce',
  create: ({ parameters }) => new SqliteSink(parameters),
})

class SqliteSink implements SinkInstance {
  readonly #parameters: SqliteSinkParameters
  #mark: string = randomUUID()
  #database: DatabaseSync | undefined
  #rows: StagedRows | undefined
  /** Fields that a record may have; undefined: any. */
  #strict: ReadonlySet<string> | undefined
  /** What was prepared and is not yet in the table. */
  #prepared: RowsToken | undefined
  /** Records that are in no checkpoint. */
  #taken = 0

  constructor(parameters: SqliteSinkParameters) {
    this.#parameters = parameters
  }

  open(): void {
    this.#database = openDatabase(this.#parameters.path)
    this.#do((database) => {
      database.exec('PRAGMA synchronous = FULL')
      const table = findTable(database, this.#parameters)
      if (table !== undefined) this.#useTable(table)
    })
  }

  #useTable(table: ReturnType<typeof makeTable>): StagedRows {
    const { columns } = this.#parameters
    this.#strict = columns === undefined ? new Set(table.columns) : undefined
    return this.#do((database) => (this.#rows = new StagedRows(database, this.#parameters, table)))
  }

  write(batch: Batch): WriteResult {
    const rejected: Rejection[] = []
    const rows: Cell[][] = []
    const indexes: number[] = []
    for (let index = 0; index < batch.length; index++) {
      const value = batch.value(index)
      const staged = this.#rows ?? this.#firstTable(value)
      const row = rowOf(value, staged?.columns ?? [], this.#strict)
      if (Array.isArray(row)) {
        if (staged === undefined) {
          const message = 'The first record has no fields to make columns of.'
          rejected.push({ index, code: 'SQLITE_VALUE', message, retry: false })
          continue
        }
        rows.push(row)
        indexes.push(index)
      } else rejected.push({ index, ...row, retry: false })
    }
    if (rows.length > 0) {
      for (const [at, refusal] of this.#stage(rows)) {
        rejected.push({ index: indexes[at] ?? 0, ...refusal, retry: false })
      }
    }
    this.#taken += batch.length - rejected.length
    return rejected.length === 0 ? undefined : { rejected }
  }

  #stage(rows: readonly (readonly Cell[])[]): ReturnType<StagedRows['add']> {
    const prepared = this.#prepared
    return this.#do((database) => {
      const pending = (): void => {
        if (prepared !== undefined) movePrepared(database, prepared, this.#parameters.key)
      }
      return (this.#rows as StagedRows).add(rows, pending)
    })
  }

  /** The table with the columns of the first record. */
  #firstTable(value: unknown): StagedRows | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const columns = Object.keys(value)
    if (columns.length === 0) return undefined
    return this.#useTable(this.#do((database) => makeTable(database, this.#parameters, columns)))
  }

  prepare({ checkpoint }: PrepareOptions): SinkToken {
    const { table } = this.#parameters
    const columns = this.#rows?.columns ?? []
    const rows =
      this.#taken === 0
        ? 0
        : this.#do((database) =>
            inTransaction(database, () => {
              makeOwnTables(database)
              return this.#rows?.writeDown(this.#mark, checkpoint) ?? 0
            }),
          )
    this.#taken = 0
    const token: RowsToken = { mark: this.#mark, checkpoint, table, columns, rows }
    if (rows > 0) this.#prepared = token
    return { ...token }
  }

  commit(token?: SinkToken): void {
    this.#do((database) => {
      if (token === undefined) inTransaction(database, () => this.#rows?.moveStaged())
      else {
        const { key, path } = this.#parameters
        const plain = token as unknown as RowsToken
        commitRows(database, plain, { path, key })
        if (this.#prepared?.checkpoint === plain.checkpoint) this.#prepared = undefined
      }
    })
    if (token === undefined) this.#taken = 0
  }

  recover(token: SinkToken | undefined, options?: RecoverOptions): void {
    if (token === undefined) return
    if (options?.isBack === true) return this.#goBack(token as unknown as RowsToken)
    this.commit(token)
    this.#mark = (token as unknown as RowsToken).mark
    this.#do((database) => forgetRows(database, this.#mark))
  }

  /** Under a mark of its own: that of the savepoint has come further. */
  #goBack(token: RowsToken): void {
    const { key, path, table } = this.#parameters
    const isBehind = this.#do((database) => isShownBehind(database, token))
    if (!isBehind) this.commit({ ...token })
    else if (key === undefined && table === token.table) throw SQLITE_LATER({ path, table })
  }

  /** What waits for a checkpoint that nobody goes on from. */
  forget(token: SinkToken): void {
    const { mark } = token as unknown as RowsToken
    this.#do((database) => forgetRows(database, mark))
  }

  abort(): AbortResult {
    const discarded = this.#taken
    this.#taken = 0
    if (this.#database !== undefined) this.#do(() => this.#rows?.clear())
    return { discarded }
  }

  close(): void {
    this.#database?.close()
    this.#database = undefined
    this.#rows = undefined
  }

  #do<T>(task: (database: DatabaseSync) => T): T {
    try {
      return task(this.#database as DatabaseSync)
    } catch (error) {
      throw databaseError(error, this.#parameters.path)
    }
  }
}
