import type { DatabaseSync } from 'node:sqlite'
import {
  BATCH_MAX,
  defineSource,
  type SourceBatch,
  type SourceDefinition,
  type SourceInstance,
} from '@millrace/sdk'
import { nearestName } from '@millrace/base'
import * as z from '@millrace/sdk/zod'
import { databaseError, openDatabase, quoted } from './database.ts'
import { SQLITE_NO_COLUMN, SQLITE_ORDER } from './errors.ts'

const parameters = z.strictObject({
  path: z.string().min(1).meta({ description: 'The file of the database.', format: 'path' }),
  query: z.string().min(1).meta({
    description: 'The statement whose rows are the records, such as SELECT * FROM orders.',
  }),
  by: z.string().min(1).optional().meta({
    description:
      'A column of the result that grows from row to row, such as the primary key: rows are read in its order, and a job with checkpoints goes on behind its last value. Default: the rows come as the query gives them, and cannot be read again from a position.',
  }),
})

/** What the source `sqlite` takes. */
export type SqliteSourceParameters = z.output<typeof parameters>

/** Where reading goes on: plain data. */
interface Position {
  readonly offset: number
  /** The last value of the column `by`: integers as text, for they may have 64 bits. */
  readonly after: number | string | { readonly integer: string }
}

type Row = Readonly<Record<string, unknown>>

/** Reads the rows of a query; with `by` from any position. */
export const sqliteSource: SourceDefinition<SqliteSourceParameters> = defineSource({
  name: 'sqlite',
  summary: 'Reads the rows of a query from an SQLite database.',
  parameters,
  main: 'path',
  replay: ({ by }) => (by === undefined ? 'none' : 'position'),
  ends: true,
  create: ({ parameters }) => new SqliteSource(parameters),
})

class SqliteSource implements SourceInstance {
  readonly #parameters: SqliteSourceParameters
  #database: DatabaseSync | undefined

  constructor(parameters: SqliteSourceParameters) {
    this.#parameters = parameters
  }

  open(): void {
    this.#database = openDatabase(this.#parameters.path, { readOnly: true })
  }

  *read(_partition: string, position: unknown): Generator<SourceBatch> {
    const { by, path } = this.#parameters
    try {
      if (by === undefined) yield* this.#readAll(this.#database as DatabaseSync)
      else yield* this.#readBy(this.#database as DatabaseSync, by, position as Position | undefined)
    } catch (error) {
      throw databaseError(error, path)
    }
  }

  *#readAll(database: DatabaseSync): Generator<SourceBatch> {
    const statement = database.prepare(this.#parameters.query)
    statement.setReadBigInts(true)
    let values: unknown[] = []
    for (const row of statement.iterate()) {
      values.push(recordOf(row))
      if (values.length < BATCH_MAX) continue
      yield { values }
      values = []
    }
    if (values.length > 0) yield { values }
  }

  /** Page by page: no transaction stays open while somebody else is at work. */
  *#readBy(database: DatabaseSync, by: string, from: Position | undefined): Generator<SourceBatch> {
    const { query } = this.#parameters
    const inner = `SELECT * FROM (${query.replace(/;\s*$/, '')}\n)`
    this.#demandColumn(database, inner, by)
    const order = `ORDER BY ${quoted(by)} LIMIT ${BATCH_MAX}`
    const first = database.prepare(`${inner} ${order}`)
    const next = database.prepare(`${inner} WHERE ${quoted(by)} > ? ${order}`)
    first.setReadBigInts(true)
    next.setReadBigInts(true)
    let offset = from?.offset ?? 0
    let after = from === undefined ? undefined : fromPosition(from.after)
    for (;;) {
      const rows: readonly Row[] = after === undefined ? first.all() : next.all(after)
      if (rows.length === 0) return
      for (const row of rows) after = grown(by, after, row[by])
      const offsets = rows.map((_, index) => offset + index)
      offset += rows.length
      const position: Position = { offset, after: toPosition(after ?? 0) }
      yield { values: rows.map(recordOf), offsets, position }
    }
  }

  #demandColumn(database: DatabaseSync, inner: string, column: string): void {
    const found = database
      .prepare(inner)
      .columns()
      .map(({ name }) => name)
    if (found.includes(column)) return
    throw SQLITE_NO_COLUMN({ column, near: nearestName(column, found) })
  }

  close(): void {
    this.#database?.close()
    this.#database = undefined
  }
}

type Ordered = number | bigint | string

function grown(column: string, before: Ordered | undefined, value: unknown): Ordered {
  const fits = typeof value === 'bigint' || typeof value === 'number' || typeof value === 'string'
  // Text stands behind all numbers; the order of texts is that of the query.
  const grows = before === undefined || typeof before !== typeof value || value !== before
  if (fits && grows) return value
  throw SQLITE_ORDER({ column, before: String(before), after: String(value) })
}

function toPosition(value: Ordered): Position['after'] {
  return typeof value === 'bigint' ? { integer: String(value) } : value
}

function fromPosition(value: Position['after']): Ordered {
  return typeof value === 'object' ? BigInt(value.integer) : value
}

/** A row as plain data: integers are numbers, as exact as those are, and blobs are base64. */
function recordOf(row: Row): Row {
  const record: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) {
    record[name] =
      typeof value === 'bigint'
        ? Number(value)
        : value instanceof Uint8Array
          ? Buffer.from(value).toString('base64')
          : value
  }
  return record
}
