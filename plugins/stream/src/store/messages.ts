import type { Database } from './database.ts'
import { STREAM_ENDED, STREAM_VALUE } from '../errors.ts'
import { streamOf } from './stream-row.ts'

/** A message of a stream. */
export interface Message<T = unknown> {
  /** Counts the messages of the stream from 0; never given again. */
  readonly offset: number
  /** When it was appended, epoch ms; never less than that of the message before. */
  readonly time: number
  readonly value: T
}

/** The JSON text of a value. Throws `STREAM_VALUE` for what JSON cannot hold. */
export function toText(value: unknown, stream: string): string {
  let text: string | undefined
  let got = value === undefined ? 'undefined' : `a ${typeof value}`
  try {
    text = JSON.stringify(value)
  } catch (error) {
    got = error instanceof Error ? error.message : String(error)
  }
  if (text === undefined) throw STREAM_VALUE({ stream, got })
  return text
}

/** Appends JSON texts and tells the offset of the first. In a transaction that writes. */
export function appendTexts(
  db: Database,
  stream: { readonly id: number; readonly name: string },
  texts: readonly string[],
  now: number,
): number {
  const row = streamOf(db, stream.id, stream.name)
  if (row.ended !== null) throw STREAM_ENDED({ stream: row.name })
  const time = Math.max(now, row.time)
  let bytes = 0
  let offset = row.next
  for (const text of texts) {
    db.run('INSERT INTO message VALUES (?, ?, ?, ?)', row.id, offset++, time, text)
    bytes += Buffer.byteLength(text)
  }
  grow(db, row.id, { next: offset, time, count: texts.length, bytes })
  return row.next
}

/** Notes what was added to a stream. */
export function grow(
  db: Database,
  id: number,
  by: { next: number; time: number; count: number; bytes: number },
): void {
  db.run(
    'UPDATE stream SET next = ?, time = ?, count = count + ?, bytes = bytes + ? WHERE id = ?',
    by.next,
    by.time,
    by.count,
    by.bytes,
    id,
  )
}

/** Messages from offset `first` on, before `last`, at most `limit`. */
export function readMessages<T>(
  db: Database,
  stream: number,
  range: { readonly first: number; readonly last?: number; readonly limit: number },
): Message<T>[] {
  const { first, last = Number.MAX_SAFE_INTEGER, limit } = range
  const sql =
    'SELECT offset, time, data FROM message WHERE stream = ? AND offset >= ? AND offset < ? ORDER BY offset LIMIT ?'
  return db.all(sql, stream, first, last, limit).map((row) => {
    return {
      offset: Number(row['offset']),
      time: Number(row['time']),
      value: JSON.parse(String(row['data'])) as T,
    }
  })
}

/** Offset and time of the first message from `first` on; undefined when there is none. */
export function firstFrom(
  db: Database,
  stream: number,
  first: number,
): { readonly offset: number; readonly time: number } | undefined {
  return db.get(
    'SELECT offset, time FROM message WHERE stream = ? AND offset >= ? ORDER BY offset LIMIT 1',
    stream,
    first,
  ) as { offset: number; time: number } | undefined
}

/** Offset of the first message from `first` on that is not earlier than `time`; `next` when all are. */
export function offsetAt(
  db: Database,
  stream: number,
  { first, next, time }: { first: number; next: number; time: number },
): number {
  // Times never fall, so the place can be looked for by halves; where messages were deleted the one behind them counts.
  let [low, high] = [first, next]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const found = firstFrom(db, stream, middle)
    if (found === undefined || found.offset >= next || found.time >= time) high = middle
    else low = found.offset + 1
  }
  return Math.min(next, firstFrom(db, stream, low)?.offset ?? next)
}
