import type { Database } from './database.ts'
import { firstFrom, type Message, readMessages } from './messages.ts'
import type { StreamRow } from './stream-row.ts'

/** A group as the store has it. */
export interface GroupRow {
  readonly id: number
  readonly name: string
  readonly created: number
  /** Offset of the first message that was never taken. */
  readonly next: number
  readonly period: number | null
  readonly done: number
}

/** A window that was taken and is not done. */
export interface SpanRow {
  readonly id: number
  readonly consumer_group: number
  readonly first: number
  readonly last: number
  readonly start: number | null
  readonly end: number | null
  readonly state: 'leased' | 'waiting' | 'dead'
  readonly attempts: number
  readonly due: number
  readonly lease: number
  readonly owner: string
  readonly error: string | null
}

/** How far a group is, in messages. */
export interface GroupState {
  readonly name: string
  /** Epoch ms. */
  readonly created: number
  /** Offset of the first message that nobody took yet. */
  readonly next: number
  /** Messages that nobody has in hand: new ones, and those that are to be tried again. */
  readonly waiting: number
  readonly leased: number
  readonly dead: number
  /** Messages done since the group was made; those of a replay count again. */
  readonly done: number
}

/** What a group makes of a message. */
export type MessageState = 'waiting' | 'leased' | 'done' | 'dead'

/** A message as a group sees it. */
export interface SeenMessage<T = unknown> extends Message<T> {
  readonly state: MessageState
  /** How often it was given to a handler; 0 for what was never taken, and for what is done. */
  readonly attempts: number
  /** Why it failed the last time. */
  readonly error?: string | undefined
}

/** The group of this name; undefined when there is none. */
export function groupOf(db: Database, stream: number, name: string): GroupRow | undefined {
  const sql = 'SELECT * FROM consumer_group WHERE stream = ? AND name = ?'
  return db.get(sql, stream, name) as GroupRow | undefined
}

/** All groups of a stream, by name. */
export function groupsOf(db: Database, stream: StreamRow): GroupState[] {
  const rows = db.all('SELECT * FROM consumer_group WHERE stream = ? ORDER BY name', stream.id)
  return rows.map((row) => groupState(db, stream, row as unknown as GroupRow))
}

/** How far a group is. */
export function groupState(db: Database, stream: StreamRow, group: GroupRow): GroupState {
  const first = firstFrom(db, stream.id, group.next)?.offset ?? stream.next
  const sums = { waiting: stream.next - first, leased: 0, dead: 0 }
  const sql =
    'SELECT state, sum(last - first) AS messages FROM span WHERE consumer_group = ? GROUP BY state'
  for (const row of db.all(sql, group.id)) {
    sums[row['state'] as SpanRow['state']] += Number(row['messages'])
  }
  const { created, done, name, next } = group
  return { name, created, next, ...sums, done }
}

/** Messages from `first` on as a group sees them. */
export function seenMessages<T>(
  db: Database,
  stream: StreamRow,
  group: GroupRow | undefined,
  range: { readonly first: number; readonly limit: number },
): SeenMessage<T>[] {
  const sql =
    'SELECT * FROM span WHERE consumer_group = ? AND first <= ? AND ? < last ORDER BY id LIMIT 1'
  return readMessages<T>(db, stream.id, range).map((message): SeenMessage<T> => {
    const { offset } = message
    const isNew = group === undefined || offset >= group.next
    const span = isNew ? undefined : (db.get(sql, group.id, offset, offset) as SpanRow | undefined)
    if (span === undefined) return { ...message, state: isNew ? 'waiting' : 'done', attempts: 0 }
    const { attempts, error, state } = span
    return { ...message, state, attempts, ...(error !== null && { error }) }
  })
}
