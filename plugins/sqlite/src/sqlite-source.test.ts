import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runSource } from '@millrace/testkit'
import { sourceLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { sqliteSource } from './sqlite-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-sqlite-'))
let count = 0
afterAll(() => rmSync(folder, { recursive: true }))

function databaseWith(statements: string): string {
  const path = join(folder, `${++count}.db`)
  const database = openDatabase(path)
  database.exec(statements)
  database.close()
  return path
}

const series = `CREATE TABLE numbers (id INTEGER PRIMARY KEY, square);
  WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 2500)
  INSERT INTO numbers SELECT v, v * v FROM n`

describe('the source sqlite', () => {
  it('reads the rows of a query as records', async () => {
    const path = databaseWith(
      "CREATE TABLE t (a, b, c); INSERT INTO t VALUES (1, 'x', x'00ff'), (NULL, 2.5, 9007199254740993)",
    )

    const run = await runSource(sqliteSource, { parameters: { path, query: 'SELECT * FROM t' } })

    expect(run.output).toEqual([
      { a: 1, b: 'x', c: 'AP8=' },
      { a: null, b: 2.5, c: 9007199254740992 },
    ])
  })

  it('reads in the order of a column, and page by page', async () => {
    const path = databaseWith(series)
    const parameters = { path, query: 'SELECT * FROM numbers ORDER BY square DESC;', by: 'id' }

    const { output } = await runSource(sqliteSource, { parameters })

    expect(output).toHaveLength(2500)
    expect(output[2047]).toEqual({ id: 2048, square: 2048 ** 2 })
  })

  it('says what is wrong with its statement', async () => {
    const path = databaseWith('CREATE TABLE t (a); INSERT INTO t VALUES (NULL)')
    const read = (query: string, more: object = {}) =>
      runSource(sqliteSource, { parameters: { path, query, ...more } })

    await expect(read('SELECT * FROM u')).rejects.toMatchObject({
      code: 'SQLITE_FAILED',
      message: `"${path}" failed: no such table: u.`,
    })
    await expect(read('SELECT * FROM t', { by: 'order' })).rejects.toMatchObject({
      code: 'SQLITE_NO_COLUMN',
      message: 'The result of the query has no column "order".',
      hint: 'Name a column that the query selects.',
    })
    await expect(read('SELECT * FROM t', { by: 'a' })).rejects.toMatchObject({
      code: 'SQLITE_ORDER',
      message: 'Column "a" must grow from row to row; null came behind undefined.',
    })
  })
})

const rows = fc.array(fc.record({ id: fc.integer(), text: fc.string() }), { maxLength: 30 })

/** The table with these rows, and how to read it. */
function placed(
  all: readonly { readonly id: number; readonly text: string }[],
  more: object,
): unknown {
  const path = databaseWith('CREATE TABLE t (id, text)')
  const database = openDatabase(path)
  const insert = database.prepare('INSERT INTO t VALUES (?, ?)')
  for (const { id, text } of all) insert.run(BigInt(id), text)
  database.close()
  return { path, query: 'SELECT * FROM t', ...more }
}

describe('rows as they come', () => {
  sourceLaws(sqliteSource, {
    inputs: rows,
    parameters: (all) => placed(all, {}),
    entries: (all) => all.map((value) => ({ value })),
    runs: 20,
  })
})

describe('rows in the order of a column', () => {
  sourceLaws(sqliteSource, {
    inputs: rows.map((all) => [...new Map(all.map((row) => [row.id, row])).values()]),
    parameters: (all) => placed(all, { by: 'id' }),
    entries: (all) => all.toSorted((one, other) => one.id - other.id).map((value) => ({ value })),
    runs: 20,
  })
})
