import { parseDuration, parseSize } from '@millrace/base'
import type { Database } from './database.ts'
import { STREAM_OPTION } from '../errors.ts'
import { offsetAt } from './messages.ts'
import { refuseUnknown } from '../check-options.ts'
import type { StreamRow } from './stream-row.ts'

/**
 * When old messages are deleted: those past any of the limits that all groups are done with. Without a group none is. Kept in
 * the store, for all processes, until somebody gives another one.
 */
export interface Retention {
  /** A duration such as `7d`, or ms: what is older goes. */
  readonly age?: string | number
  /** A size such as `1GiB`, or bytes of JSON: the oldest go until the rest fits. */
  readonly size?: string | number
  /** The oldest go until so many are left. */
  readonly count?: number
  /** Also what a group has not read or not done yet, dead ones included; counted as `lost`. Default: false. */
  readonly unread?: boolean
}

/** A retention with plain numbers. */
export interface RetentionLimits {
  readonly ageMs?: number
  readonly bytes?: number
  readonly count?: number
  readonly unread?: boolean
}

/** Checks what a user wrote. Throws `STREAM_OPTION`. */
export function readRetention(retention: Retention): RetentionLimits {
  refuseUnknown(retention, ['age', 'size', 'count', 'unread'], 'retention')
  const { age, count, size, unread = false } = retention
  const limit = (
    name: string,
    given: string | number | undefined,
    parse: (text: string) => number | undefined,
    example: string,
  ): number | undefined => {
    const value = typeof given === 'string' ? parse(given) : given
    if (given === undefined || (value !== undefined && value >= 0)) return value
    const problem = `"retention.${name}" cannot be ${JSON.stringify(given)}`
    throw STREAM_OPTION({ problem, hint: `For example: ${name}: ${example}` })
  }
  const ageMs = limit('age', age, parseDuration, "'7d'")
  const bytes = limit('size', size, parseSize, "'1GiB'")
  const messages = limit('count', count, () => undefined, '100000')
  return {
    ...(ageMs !== undefined && { ageMs }),
    ...(bytes !== undefined && { bytes }),
    ...(messages !== undefined && { count: messages }),
    ...(unread && { unread }),
  }
}

/** What a stream's retention is; without limits where it has none. */
export function limitsOf(stream: StreamRow): RetentionLimits {
  return JSON.parse(stream.retention) as RetentionLimits
}

/** Whether messages may be due to be deleted, without a look at them. */
export function isOver(
  stream: StreamRow,
  { bytes = Infinity, count = Infinity }: RetentionLimits,
): boolean {
  return stream.count > count || stream.bytes > bytes
}

/** What was deleted. */
export interface Deleted {
  readonly messages: number
  /** Of these, what some group had not done. */
  readonly lost: number
}

const nothing: Deleted = { messages: 0, lost: 0 }

/** Deletes what the stream's retention says. In a transaction that writes. */
export function retain(db: Database, stream: StreamRow, now: number): Deleted {
  const limits = limitsOf(stream)
  const { ageMs, unread = false } = limits
  let before = 0
  if (ageMs !== undefined) {
    before = offsetAt(db, stream.id, { first: 0, next: stream.next, time: now - ageMs })
  }
  if (isOver(stream, limits)) before = Math.max(before, overflow(db, stream, limits))
  if (before === 0) return nothing
  const lost = unread ? countUndone(db, stream.id, before) : 0
  if (unread) return deleteBefore(db, stream.id, before, { lost })
  return deleteBefore(db, stream.id, Math.min(before, floorOf(db, stream.id)), { lost, done: true })
}

/** Deletes what all groups are done with. In a transaction that writes. */
export function deleteDone(db: Database, stream: number): Deleted {
  return deleteBefore(db, stream, floorOf(db, stream), { lost: 0, done: true })
}

/** The offset at which a stream must begin for its count and bytes to fit. */
function overflow(
  db: Database,
  stream: StreamRow,
  { bytes = Infinity, count = Infinity }: RetentionLimits,
): number {
  let first = 0
  let left = { count: stream.count, bytes: stream.bytes }
  while (left.count > count || left.bytes > bytes) {
    const rows = db.all(
      'SELECT offset, octet_length(data) AS bytes FROM message WHERE stream = ? AND offset >= ? ORDER BY offset LIMIT 1000',
      stream.id,
      first,
    )
    if (rows.length === 0) return first
    for (const row of rows) {
      if (left.count <= count && left.bytes <= bytes) break
      left = { count: left.count - 1, bytes: left.bytes - Number(row['bytes']) }
      first = Number(row['offset']) + 1
    }
  }
  return first
}

/** In front of this offset all groups are done with everything but what is dead; 0 without a group. */
function floorOf(db: Database, stream: number): number {
  const row = db.get(
    `SELECT min(min(g.next, ifnull((
       SELECT min(s.first) FROM span s WHERE s.consumer_group = g.id AND s.state <> 'dead'
     ), g.next))) AS floor FROM consumer_group g WHERE g.stream = ?`,
    stream,
  )
  return Number(row?.['floor'] ?? 0)
}

const inSpan = `EXISTS (
  SELECT 1 FROM span s JOIN consumer_group g ON g.id = s.consumer_group
  WHERE g.stream = message.stream AND s.first <= message.offset AND message.offset < s.last
)`

function countUndone(db: Database, stream: number, before: number): number {
  const floor = floorOf(db, stream)
  const row = db.get(
    `SELECT count(*) AS count FROM message
     WHERE stream = ? AND offset < ? AND (offset >= ? OR ${inSpan})`,
    stream,
    before,
    floor,
  )
  return Number(row?.['count'])
}

function deleteBefore(
  db: Database,
  stream: number,
  before: number,
  { done = false, lost }: { readonly lost: number; readonly done?: boolean },
): Deleted {
  const which = `stream = ? AND offset < ?${done ? ` AND NOT ${inSpan}` : ''}`
  const row = db.get(
    `SELECT count(*) AS count, total(octet_length(data)) AS bytes FROM message WHERE ${which}`,
    stream,
    before,
  )
  const messages = Number(row?.['count'])
  if (messages === 0) return nothing
  db.run(`DELETE FROM message WHERE ${which}`, stream, before)
  db.run(
    'UPDATE stream SET count = count - ?, bytes = bytes - ?, lost = lost + ? WHERE id = ?',
    messages,
    Number(row?.['bytes']),
    lost,
    stream,
  )
  return { messages, lost }
}
