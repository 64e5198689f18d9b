import type { Database } from './database.ts'
import { STREAM_ENDED } from '../errors.ts'
import { grow } from './messages.ts'
import { streamOf } from './stream-row.ts'

/** Keeps records that nobody is to see before they are committed. In a transaction that writes, like all here. */
export function addPrepared(
  db: Database,
  rows: {
    readonly stream: number
    readonly writer: string
    readonly epoch: number
    /** Number of the first within the epoch. */
    readonly first: number
    readonly texts: readonly string[]
  },
): void {
  const { epoch, first, stream, texts, writer } = rows
  db.run('INSERT OR IGNORE INTO writer VALUES (?, ?, ?)', writer, stream, 0)
  for (const [index, text] of texts.entries()) {
    db.run('INSERT INTO prepared VALUES (?, ?, ?, ?)', writer, epoch, first + index, text)
  }
}

/** Notes that an epoch is whole; once this transaction is synced, so is all that was kept before it. */
export function sealPrepared(
  db: Database,
  {
    epoch,
    stream,
    writer,
  }: { readonly stream: number; readonly writer: string; readonly epoch: number },
): void {
  const sql =
    'INSERT INTO writer VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch'
  db.run(sql, writer, stream, epoch)
}

/** Whether a writer ever prepared anything here. */
export function knowsWriter(db: Database, writer: string): boolean {
  return db.get('SELECT 1 FROM writer WHERE id = ?', writer) !== undefined
}

/** Appends what a writer kept up to an epoch, in its order. A second call finds nothing more to append. */
export function commitPrepared(
  db: Database,
  {
    epoch,
    now,
    stream,
    writer,
  }: {
    readonly stream: { readonly id: number; readonly name: string }
    readonly writer: string
    readonly epoch: number
    readonly now: number
  },
): void {
  const which = 'FROM prepared WHERE writer = ? AND epoch <= ?'
  const sums = db.get(
    `SELECT count(*) AS count, total(octet_length(data)) AS bytes ${which}`,
    writer,
    epoch,
  )
  const count = Number(sums?.['count'])
  if (count === 0) return
  const row = streamOf(db, stream.id, stream.name)
  if (row.ended !== null) throw STREAM_ENDED({ stream: stream.name })
  const time = Math.max(now, row.time)
  db.run(
    `INSERT INTO message
     SELECT ?, ? + row_number() OVER (ORDER BY epoch, number) - 1, ?, data ${which}`,
    row.id,
    row.next,
    time,
    writer,
    epoch,
  )
  db.run(`DELETE ${which}`, writer, epoch)
  grow(db, row.id, { next: row.next + count, time, count, bytes: Number(sums?.['bytes']) })
}

/** Drops what a writer kept after an epoch; says how many records. */
export function dropPrepared(
  db: Database,
  { after, writer }: { readonly writer: string; readonly after: number },
): number {
  return db.run('DELETE FROM prepared WHERE writer = ? AND epoch > ?', writer, after).changes
}
