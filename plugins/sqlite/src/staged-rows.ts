import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { quoted, refusalOf } from './database.ts'
import { SQLITE_CONSTRAINT } from './errors.ts'
import type { Cell, NoRow } from './row.ts'
import type { Table } from './table.ts'

const staged = 'temp.millrace_staged'
const prepared = 'main.millrace_prepared'

/**
 * The rows of one sink on their way. Until a checkpoint they are staged in a table that only this connection sees and that
 * goes with it; `prepare` writes them down in the database, and `move` puts them where they belong.
 */
export class StagedRows {
  readonly #database: DatabaseSync
  readonly #table: Table
  /** Inserts a row in the table, and in the staged rows. */
  readonly #try: StatementSync
  readonly #stage: StatementSync
  readonly #savepoint: StatementSync
  readonly #undo: StatementSync
  readonly #release: StatementSync
  readonly #name: string
  readonly #names: string
  readonly #upsert: string
  readonly #target: string
  #number = 0

  constructor(
    database: DatabaseSync,
    target: { readonly table: string; readonly key?: readonly string[] | undefined },
    table: Table,
  ) {
    const { columns, unique } = table
    this.#database = database
    this.#table = table
    this.#name = target.table
    this.#target = `main.${quoted(target.table)}`
    this.#names = columns.map(quoted).join(', ')
    this.#upsert = upsertOf(columns, target.key)
    database.exec(`CREATE TEMP TABLE millrace_staged (millrace_seq, ${this.#names})`)
    for (const [index, names] of unique.entries()) {
      const list = names.map(quoted).join(', ')
      database.exec(
        `CREATE UNIQUE INDEX temp.millrace_staged_${index} ON millrace_staged (${list})`,
      )
    }
    this.#savepoint = database.prepare('SAVEPOINT one')
    this.#undo = database.prepare('ROLLBACK TO one')
    this.#release = database.prepare('RELEASE one')
    const marks = columns.map(() => '?').join(', ')
    this.#try = database.prepare(
      `INSERT INTO ${this.#target} (${this.#names}) VALUES (${marks})${this.#upsert}`,
    )
    this.#stage = database.prepare(
      `INSERT INTO ${staged} (millrace_seq, ${this.#names}) VALUES (?, ${marks})${this.#upsert}`,
    )
  }

  get columns(): readonly string[] {
    return this.#table.columns
  }

  /**
   * Stages rows; gives the index of each that the table refuses, and why. They are tried in the table itself, behind what
   * `pending` puts there first, and among the staged rows, and all of that is taken back.
   */
  add(rows: readonly (readonly Cell[])[], pending: () => void): ReadonlyMap<number, NoRow> {
    const refused = new Map<number, NoRow>()
    const database = this.#database
    database.exec('BEGIN IMMEDIATE')
    try {
      pending()
      for (const [index, row] of rows.entries()) {
        const refusal = this.#attempt(row)
        if (refusal !== undefined) refused.set(index, refusal)
      }
    } finally {
      if (database.isTransaction) database.exec('ROLLBACK')
    }
    database.exec('BEGIN')
    for (const [index, row] of rows.entries()) {
      if (!refused.has(index)) this.#stage.run(++this.#number, ...row)
    }
    database.exec('COMMIT')
    return refused
  }

  /** Puts a row both into the table and among the staged ones, or into none of them. */
  #attempt(row: readonly Cell[]): NoRow | undefined {
    this.#savepoint.run()
    try {
      this.#try.run(...row)
      if (this.#table.unique.length > 0) this.#stage.run(this.#number, ...row)
    } catch (error) {
      const message = refusalOf(error)
      if (message === undefined) throw error
      this.#undo.run()
      return { code: SQLITE_CONSTRAINT, message: message.replaceAll('millrace_staged', this.#name) }
    } finally {
      this.#release.run()
    }
    return undefined
  }

  /** Puts the staged rows into the table; to be called in a transaction. */
  moveStaged(): void {
    this.#database.exec(
      `INSERT INTO ${this.#target} (${this.#names})
       SELECT ${this.#names} FROM ${staged} WHERE true ORDER BY millrace_seq${this.#upsert}`,
    )
    this.clear()
  }

  /** Writes the staged rows down as those of a checkpoint; to be called in a transaction. Gives their number. */
  writeDown(mark: string, checkpoint: number): number {
    const { changes } = this.#database
      .prepare(
        `INSERT INTO ${prepared} (mark, checkpoint, seq, cells)
         SELECT ?, ?, millrace_seq, json_array(${this.#names}) FROM ${staged}`,
      )
      .run(mark, checkpoint)
    this.clear()
    return Number(changes)
  }

  clear(): void {
    this.#database.exec(`DELETE FROM ${staged}`)
  }
}

/** Rows of a checkpoint that are written down. */
export interface PreparedRows {
  readonly mark: string
  readonly checkpoint: number
  readonly table: string
  readonly columns: readonly string[]
}

/** Puts the rows of a checkpoint into their table; to be called in a transaction. */
export function movePrepared(
  database: DatabaseSync,
  { checkpoint, columns, mark, table }: PreparedRows,
  key: readonly string[] | undefined,
): void {
  const cells = columns.map((_, index) => `cells ->> ${index}`).join(', ')
  const names = columns.map(quoted).join(', ')
  database
    .prepare(
      `INSERT INTO main.${quoted(table)} (${names}) SELECT ${cells} FROM ${prepared}
       WHERE mark = ? AND checkpoint = ? ORDER BY seq${upsertOf(columns, key)}`,
    )
    .run(mark, checkpoint)
}

function upsertOf(columns: readonly string[], key: readonly string[] | undefined): string {
  if (key === undefined) return ''
  const list = key.map(quoted).join(', ')
  const others = columns.filter((column) => !key.includes(column)).map(quoted)
  if (others.length === 0) return ` ON CONFLICT (${list}) DO NOTHING`
  return ` ON CONFLICT (${list}) DO UPDATE SET ${others.map((name) => `${name} = excluded.${name}`).join(', ')}`
}
