import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SinkPlace, sinkLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { afterAll, describe } from 'vitest'
import { openDatabase } from './database.ts'
import { sqliteSink } from './sqlite-sink.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-sqlite-'))
let count = 0
afterAll(() => rmSync(folder, { recursive: true }))

/** A database of its own, with a table that `schema` makes; what is found there are its rows. */
function placeFor(schema: string, more: object): SinkPlace {
  const path = join(folder, `${++count}.db`)
  const database = openDatabase(path)
  // Laws are about what is there, not about when the disk has it.
  database.exec(`PRAGMA journal_mode = MEMORY; ${schema}`)
  database.close()
  return {
    parameters: { path, table: 'rows', ...more },
    read: () => rowsIn(path, 'SELECT id, note FROM rows'),
    leftovers: () =>
      rowsIn(path, "SELECT name FROM sqlite_schema WHERE name = 'millrace_prepared'").length === 0
        ? []
        : rowsIn(path, 'SELECT * FROM millrace_prepared').map((row) => JSON.stringify(row)),
  }
}

function rowsIn(path: string, query: string): readonly unknown[] {
  const database = openDatabase(path)
  try {
    return database
      .prepare(query)
      .all()
      .map((row) => ({ ...row }))
  } finally {
    database.close()
  }
}

const records = fc.oneof(
  fc.record({ id: fc.nat({ max: 9 }), note: fc.constantFrom('a', 'ß,"', 'two\nlines', null) }),
  fc.constantFrom(7, 'text', null, { id: 1, other: 2 }, { id: Number.NaN, note: null }),
)

describe('rows of a table', () => {
  sinkLaws(sqliteSink, {
    records,
    place: () => placeFor('CREATE TABLE rows (id, note)', {}),
    runs: 15,
  })
})

describe('rows of a table that refuses some', () => {
  sinkLaws(sqliteSink, {
    records,
    place: () =>
      placeFor(
        'CREATE TABLE rows (id INTEGER UNIQUE CHECK (id <> 3), note TEXT NOT NULL) STRICT',
        {},
      ),
    runs: 15,
  })
})

describe('the latest row of each key', () => {
  sinkLaws(sqliteSink, {
    records,
    place: () => {
      const place = placeFor('CREATE TABLE rows (id PRIMARY KEY, note) WITHOUT ROWID', {
        key: ['id'],
      })
      return place
    },
    written: (all) => {
      const latest = new Map(
        (all as { id: number; note: string | null }[]).map((row) => [row.id, row]),
      )
      return [...latest.values()].toSorted((one, other) => one.id - other.id)
    },
    runs: 15,
  })
})
