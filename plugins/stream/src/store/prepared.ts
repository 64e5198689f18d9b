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

/** The last epoch that a writer has sealed here, 0 where it has none; undefined: it never prepared anything. */
export function lastEpoch(db: Database, writer: string): number | undefined {
  const row = db.get('SELECT epoch FROM writer WHERE id = ?', writer)
  return row && Number(row['epoch'])
}

/** So many records are appended before the event loop has its turns. */
const stepSize = 2000

/** Appends what a writer kept up to an epoch, in its order, in steps. A second call finds nothing more to append. */
export function* commitPrepared(
  db: Database,
  prepared: {
    readonly stream: { readonly id: number; readonly name: string }
    readonly writer: string
    readonly epoch: number
    readonly now: number
  },
): Generator<void, void> {
  const { epoch, now, stream, writer } = prepared
  const row = streamOf(db, stream.id, stream.name)
  const time = Math.max(now, row.time)
  const which = 'FROM prepared WHERE writer = ? AND (epoch, number) <= (?, ?)'
  for (let next = row.next; ;) {
    const step = db.all(
      'SELECT epoch, number FROM prepared WHERE writer = ? AND epoch <= ? ORDER BY epoch, number LIMIT ?',
      writer,
      epoch,
      stepSize,
    )
    const last = step.at(-1)
    if (last === undefined) return
    if (row.ended !== null) throw STREAM_ENDED({ stream: stream.name })
    const end = [Number(last['epoch']), Number(last['number'])] as const
    const sum = db.get(`SELECT total(octet_length(data)) AS bytes ${which}`, writer, ...end)
    db.run(
      `INSERT INTO message
       SELECT ?, ? + row_number() OVER (ORDER BY epoch, number) - 1, ?, data ${which}`,
      row.id,
      next,
      time,
      writer,
      ...end,
    )
    db.run(`DELETE ${which}`, writer, ...end)
    next += step.length
    grow(db, row.id, { next, time, count: step.length, bytes: Number(sum?.['bytes']) })
    yield
  }
}

/** Drops what a writer kept after an epoch; says how many records. */
export function dropPrepared(
  db: Database,
  { after, writer }: { readonly writer: string; readonly after: number },
): number {
  return db.run('DELETE FROM prepared WHERE writer = ? AND epoch > ?', writer, after).changes
}
