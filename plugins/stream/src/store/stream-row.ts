import { dirname } from 'node:path'
import { nearestName } from '@millrace/base'
import type { Database } from './database.ts'
import { STREAM_NAME, STREAM_UNKNOWN } from '../errors.ts'

/** A stream as the store has it. */
export interface StreamRow {
  readonly id: number
  readonly name: string
  readonly created: number
  readonly ended: number | null
  /** Offset of the next message. */
  readonly next: number
  /** No message comes that is earlier than this. */
  readonly time: number
  readonly count: number
  readonly bytes: number
  readonly lost: number
  readonly retention: string
}

/** What streams and groups can be called. */
export const namePattern = /^[^\p{Cc}]{1,200}$/u

/** Throws `STREAM_NAME` for what nothing can be called. */
export function checkName(name: unknown, what: string): asserts name is string {
  const isName = typeof name === 'string' && namePattern.test(name)
  if (!isName) throw STREAM_NAME({ what, name: JSON.stringify(name) ?? String(name) })
}

/** The stream of this name; undefined when there is none. */
export function findStream(db: Database, name: string): StreamRow | undefined {
  return db.get('SELECT * FROM stream WHERE name = ?', name) as StreamRow | undefined
}

/** The stream of this name, made if it is missing. In a transaction that writes. */
export function ensureStream(db: Database, name: string, now: number): StreamRow {
  db.run('INSERT OR IGNORE INTO stream (name, created) VALUES (?, ?)', name, now)
  return findStream(db, name) as StreamRow
}

/** The stream with this id, as it is now. Throws `STREAM_UNKNOWN` where it was deleted. */
export function streamOf(db: Database, id: number, name: string): StreamRow {
  const row = db.get('SELECT * FROM stream WHERE id = ?', id) as StreamRow | undefined
  if (row === undefined) throw unknownStream(db, name)
  return row
}

/** The error for a name that is no stream of the store. */
export function unknownStream(db: Database, name: string): Error {
  const names = db.all('SELECT name FROM stream').map((row) => String(row['name']))
  return STREAM_UNKNOWN({ name, dir: dirname(db.path), near: nearestName(name, names) })
}
