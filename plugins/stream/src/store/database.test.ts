import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { listStreams, openStream } from '../open-stream.ts'
import { processRuntime } from '../stream-runtime.ts'
import { newFolder, virtual } from '../streams.test-support.ts'
import { Database, storePath } from './database.ts'
import { loadSqlite } from './load-sqlite.ts'

/** A store with some messages, closed. */
async function filled(): Promise<string> {
  const dir = newFolder()
  const stream = await openStream('words', { dir })
  await Promise.all(Array.from({ length: 500 }, (_, n) => stream.append(`word ${n}`)))
  await stream.close()
  return dir
}

it('a full disk is told, nothing of the transaction stands, and the store goes on', async () => {
  const dir = await filled()
  const db = await Database.open(dir, processRuntime)
  const insert = (): unknown =>
    db.run('INSERT INTO message VALUES (1, 9999, 0, ?)', 'x'.repeat(1_000_000))
  db.get('PRAGMA max_page_count = 30')

  const full = db.write(insert)

  await expect(full).rejects.toMatchObject({
    code: 'STREAM_DISK_FULL',
    message: `There is no room for "${storePath(dir)}": nothing of this was written.`,
  })
  db.get('PRAGMA max_page_count = 100000')
  await db.write(insert)
  expect(db.get('SELECT count(*) AS count FROM message')).toEqual({ count: 501 })
  db.close()
})

it('a store that may not be written says so', async () => {
  const db = await Database.open(await filled(), processRuntime)
  db.get('PRAGMA query_only = 1')

  const written = db.write(() => db.run('DELETE FROM message'))

  await expect(written).rejects.toMatchObject({ code: 'STREAM_READONLY' })
  db.close()
})

it.each([
  ['is text', (path: string) => writeFileSync(path, 'no database '.repeat(1000))],
  [
    'was damaged in its first page',
    (path: string) => {
      const bytes = readFileSync(path)
      bytes.fill(0xff, 100, 4000)
      writeFileSync(path, bytes)
    },
  ],
  ['was cut', (path: string) => truncateSync(path, 6000)],
])('a file that %s is refused and left as it is', async (_name, spoil) => {
  const dir = await filled()
  const path = storePath(dir)
  spoil(path)
  const before = readFileSync(path)

  const opened = openStream('words', { dir }).then(async (stream) => {
    const messages = await stream.read()
    return messages.length
  })

  await expect(opened).rejects.toMatchObject({ code: 'STREAM_CORRUPT' })
  expect(readFileSync(path).equals(before)).toBe(true)
})

it("somebody else's database is not touched, and one of a newer version neither", async () => {
  const { DatabaseSync } = loadSqlite()
  const [foreign, newer] = [newFolder(), await filled()]
  mkdirSync(foreign)
  const db = new DatabaseSync(storePath(foreign))
  db.exec('CREATE TABLE mine (a INTEGER)')
  db.close()
  const other = new DatabaseSync(storePath(newer))
  other.exec('PRAGMA user_version = 2')
  other.close()

  await expect(openStream('words', { dir: foreign })).rejects.toMatchObject({
    code: 'STREAM_CORRUPT',
    message: `"${storePath(foreign)}" is damaged or no store of streams: it is a database of something else.`,
  })
  await expect(listStreams(newer)).rejects.toMatchObject({ code: 'STREAM_VERSION' })
})

it('a directory that cannot be one is told', async () => {
  const file = newFolder()
  writeFileSync(file, '')

  await expect(openStream('words', { dir: join(file, 'streams') })).rejects.toMatchObject({
    code: 'STREAM_STORE',
  })
  expect(await listStreams(dirname(file))).toEqual([])
})

it('who finds the store locked waits without holding up anybody, half a minute at most', async () => {
  const { advance, dir, open } = virtual()
  const stream = await open<number>('numbers')
  const { DatabaseSync } = loadSqlite()
  const other = new DatabaseSync(storePath(dir))
  other.exec('BEGIN IMMEDIATE')
  const patient = stream.append(1)
  await new Promise((resolve) => void setImmediate(resolve))
  await advance(1000)
  other.exec('COMMIT')
  await advance(1000)
  const first = await patient
  other.exec('BEGIN IMMEDIATE')

  const refused = stream.append(2).catch((error: unknown) => error)
  await new Promise((resolve) => void setImmediate(resolve))
  await advance(40_000)
  const fault = await refused

  expect(first).toBe(0)
  expect(fault).toMatchObject({ code: 'STREAM_BUSY' })
  other.exec('ROLLBACK')
  other.close()
  expect(await stream.append(3)).toBe(1)
})

it('what SQLite says of itself is kept from others, and nothing else', () => {
  const heard: string[] = []
  const { emitWarning } = process
  process.emitWarning = (warning: string | Error) => void heard.push(String(warning))
  try {
    loadSqlite()
    process.emitWarning('mine')
  } finally {
    process.emitWarning = emitWarning
  }

  expect(heard).toEqual(['mine'])
})
