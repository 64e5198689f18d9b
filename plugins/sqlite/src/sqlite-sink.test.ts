import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noExpressions, type SinkInstance, type SinkToken } from '@millrace/sdk'
import { runSink } from '@millrace/testkit'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { databaseError, inTransaction, openDatabase } from './database.ts'
import { sqliteSink } from './sqlite-sink.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-sqlite-'))
let count = 0
let path = ''
beforeEach(() => {
  path = join(folder, `${++count}.db`)
})
afterAll(() => rmSync(folder, { recursive: true }))

function sql(statement: string): readonly unknown[] {
  const database = openDatabase(path)
  try {
    return database
      .prepare(statement)
      .all()
      .map((row) => ({ ...row }))
  } finally {
    database.close()
  }
}

async function write(parameters: object, input: readonly unknown[]): Promise<readonly string[]> {
  const run = await runSink(sqliteSink, {
    parameters: { path, table: 'rows', ...parameters },
    input,
  })
  return run.rejected.map(({ message }) => message)
}

async function opened(parameters: object = {}): Promise<SinkInstance> {
  const checked = sqliteSink.parameters['~standard'].validate({
    path,
    table: 'rows',
    ...parameters,
  })
  const surroundings = {
    parameters: (checked as { value: never }).value,
    expressions: noExpressions,
  }
  const sink = await sqliteSink.create(surroundings as never)
  await sink.open?.()
  return sink
}

const batchOf = (...values: readonly unknown[]) => ({
  length: values.length,
  value: (index: number) => values[index],
  timestamp: () => 0,
  watermark: () => 0,
  key: () => undefined,
  origin: () => undefined,
  id: (index: number) => String(index),
})

describe('the sink sqlite', () => {
  it('makes the table of the columns of the first record', async () => {
    await write({}, [{ id: 1, name: 'a', ok: true, more: { x: [1.5] } }, { id: 2 }])

    expect(sql('SELECT * FROM rows')).toEqual([
      { id: 1, name: 'a', ok: 1, more: '{"x":[1.5]}' },
      { id: 2, name: null, ok: null, more: null },
    ])
    expect(sql('SELECT typeof(id) AS type FROM rows LIMIT 1')).toEqual([{ type: 'integer' }])
  })

  it('keeps the latest row of each key, through runs', async () => {
    await write({ key: ['id'] }, [
      { id: 1, n: 1 },
      { id: 2, n: 1 },
      { id: 1, n: 2 },
    ])
    await write({ key: ['id'] }, [{ id: 2, n: 3 }])

    expect(sql('SELECT * FROM rows ORDER BY id')).toEqual([
      { id: 1, n: 2 },
      { id: 2, n: 3 },
    ])
  })

  it('refuses records that the table has no place for, each with its reason', async () => {
    sql('CREATE TABLE rows (id INTEGER PRIMARY KEY, n INTEGER CHECK (n > 0)) STRICT')

    const messages = await write({}, [
      { id: 1, n: 1 },
      { id: 1, n: 2 },
      { id: 2, n: 0 },
      { id: 3, n: 'x' },
      { id: 4, m: 1 },
      { id: 5, n: Number.POSITIVE_INFINITY },
      6,
      { id: 7, n: 7 },
    ])

    expect(messages).toEqual([
      'UNIQUE constraint failed: rows.id.',
      'CHECK constraint failed: n > 0.',
      'cannot store TEXT value in INTEGER column rows.n.',
      'The field "m" is no column of the table. List those to write with "columns: [...]".',
      'Field "n" is a value that SQLite cannot hold.',
      'A row must be an object with fields.',
    ])
    expect(sql('SELECT id FROM rows')).toEqual([{ id: 1 }, { id: 7 }])
  })

  it('checks foreign keys, and writes only the columns it is told to', async () => {
    sql('CREATE TABLE cities (name PRIMARY KEY)')
    sql("INSERT INTO cities VALUES ('Ulm')")
    sql("CREATE TABLE rows (id INTEGER PRIMARY KEY, city REFERENCES cities, note DEFAULT 'new')")

    const messages = await write({ columns: ['city'] }, [{ city: 'Ulm', x: 1 }, { city: 'Bonn' }])

    expect(messages).toEqual(['FOREIGN KEY constraint failed.'])
    expect(sql('SELECT * FROM rows')).toEqual([{ id: 1, city: 'Ulm', note: 'new' }])
  })

  it('says what is wrong with the database before it starts', async () => {
    await expect(write({ create: false }, [])).rejects.toMatchObject({ code: 'SQLITE_NO_TABLE' })
    sql('CREATE TABLE rows (id, name)')
    await expect(write({ columns: ['nam'] }, [])).rejects.toMatchObject({
      code: 'SQLITE_NO_COLUMN',
      message: 'The table "rows" has no column "nam".',
      hint: 'Did you mean "name"?',
    })
    await expect(write({ key: ['id'] }, [])).rejects.toMatchObject({ code: 'SQLITE_KEY' })
    writeFileSync(path, 'no database at all, but long enough to be looked at')
    await expect(write({}, [])).rejects.toMatchObject({ code: 'SQLITE_OPEN' })
  })

  it('shows nothing of a checkpoint before its commit, and all of it once after', async () => {
    const first = await opened()
    await first.write(batchOf({ id: 1 }, { id: 2 }))
    const token = (await first.prepare?.({ checkpoint: 1, final: false })) as SinkToken
    await first.write(batchOf({ id: 3 }))
    const before = sql('SELECT * FROM rows')
    await first.close?.()

    const second = await opened()
    await second.recover?.(token)
    await second.commit?.(token)

    expect(before).toEqual([])
    expect(sql('SELECT * FROM rows')).toEqual([{ id: 1 }, { id: 2 }])
    await second.close?.()
  })

  it('refuses what clashes with rows that wait for their commit', async () => {
    sql('CREATE TABLE rows (id UNIQUE)')
    const sink = await opened()
    await sink.write(batchOf({ id: 1 }))
    const token = (await sink.prepare?.({ checkpoint: 1, final: false })) as SinkToken

    const result = await sink.write(batchOf({ id: 1 }, { id: 2 }))
    await sink.commit?.(token)
    const last = (await sink.prepare?.({ checkpoint: 2, final: true })) as SinkToken
    await sink.commit?.(last)
    await sink.close?.()

    expect(result?.rejected).toMatchObject([{ index: 0, code: 'SQLITE_CONSTRAINT' }])
    expect(sql('SELECT * FROM rows')).toEqual([{ id: 1 }, { id: 2 }])
  })

  it('goes on with no database but the one that it has left', async () => {
    const sink = await opened()
    await sink.write(batchOf({ id: 1 }))
    const token = (await sink.prepare?.({ checkpoint: 1, final: false })) as SinkToken
    await sink.close?.()
    path = join(folder, 'other.db')

    const other = await opened()

    expect(() => other.recover?.(token)).toThrow(
      /holds 0 prepared rows; the last checkpoint left 1/,
    )
    await other.close?.()
  })
})

describe('a job that goes back to a savepoint', () => {
  const prepared = async (sink: SinkInstance, checkpoint: number): Promise<SinkToken> =>
    (await sink.prepare?.({ checkpoint, final: false })) as SinkToken

  /** Rows 1 in checkpoint 1, 2 in 2 and 3 in 3, of which the last is not visible. */
  async function threeCheckpoints(parameters: object): Promise<readonly SinkToken[]> {
    const sink = await opened(parameters)
    const tokens: SinkToken[] = []
    for (const id of [1, 2, 3]) {
      await sink.write(batchOf({ id, note: 'old' }))
      const token = await prepared(sink, id)
      if (id < 3) await sink.commit?.(token)
      tokens.push(token)
    }
    await sink.close?.()
    return tokens
  }

  it('replaces the rows of each key, and leaves nothing that waits for the run before', async () => {
    sql('CREATE TABLE rows (id PRIMARY KEY, note)')
    const [savepoint, , last] = await threeCheckpoints({ key: ['id'] })
    const sink = await opened({ key: ['id'] })

    await sink.recover?.(savepoint, { isBack: true, last })
    await sink.commit?.(await prepared(sink, 2))
    await sink.forget?.(last as SinkToken)
    await sink.write(batchOf({ id: 2, note: 'new' }))
    await sink.commit?.(await prepared(sink, 3))
    await sink.close?.()

    expect(sql('SELECT * FROM rows')).toEqual([
      { id: 1, note: 'old' },
      { id: 2, note: 'new' },
    ])
    expect(sql('SELECT * FROM millrace_prepared')).toEqual([])
  })

  it('is refused where the table has rows since then that nobody can tell apart', async () => {
    const [first, second, last] = await threeCheckpoints({})
    const sink = await opened()
    const other = await opened({ table: 'others' })

    expect(() => sink.recover?.(first, { isBack: true, last })).toThrow(
      /^The table "rows" of ".*\.db" has rows from behind the savepoint\.$/,
    )
    await sink.recover?.(second, { isBack: true, last })
    await other.recover?.(first, { isBack: true, last })
    await other.write(batchOf({ id: 20 }))
    await other.commit?.(await prepared(other, 2))
    await Promise.all([sink.close?.(), other.close?.()])

    expect(sql('SELECT id FROM rows')).toEqual([{ id: 1 }, { id: 2 }])
    expect(sql('SELECT id FROM others')).toEqual([{ id: 20 }])
  })
})

it('keeps texts and numbers as they are, whether they wait for a checkpoint or not', async () => {
  const cell = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constant(null),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 9 }), async (cells) => {
      path = join(folder, `${++count}.db`)
      const sink = await opened({ columns: ['cell'] })
      await sink.write(batchOf(...cells.map((one) => ({ cell: one }))))
      const token = (await sink.prepare?.({ checkpoint: 1, final: true })) as SinkToken
      await sink.commit?.(token)
      await sink.close?.()
      expect(sql('SELECT * FROM rows')).toEqual(
        cells.map((one) => ({ cell: Object.is(one, -0) ? 0 : one })),
      )
    }),
    { numRuns: 60 },
  )
})

it('says that somebody else holds the database', () => {
  sql('CREATE TABLE rows (id)')
  const [one, other] = [openDatabase(path), openDatabase(path, { patienceMs: 0 })]
  one.exec('BEGIN EXCLUSIVE')
  const attempt = (): unknown => {
    try {
      return inTransaction(other, () => undefined)
    } catch (error) {
      return databaseError(error, 'a.db')
    }
  }

  expect(attempt()).toMatchObject({
    code: 'SQLITE_BUSY',
    message: '"a.db" is locked by somebody else.',
    retry: 'later',
  })
  one.close()
  other.close()
})

it('prints no warning of Node.js', () => {
  const script = `
    import { openDatabase } from ${JSON.stringify(new URL('./database.ts', import.meta.url).href)}
    openDatabase(':memory:').close()
    process.emitWarning('others are heard')`
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  })

  expect(stderr).toContain('others are heard')
  expect(stderr).not.toContain('SQLite')
})
