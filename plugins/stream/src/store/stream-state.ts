import type { Database } from './database.ts'
import { type GroupState, groupsOf } from './group-row.ts'
import { firstFrom } from './messages.ts'
import { limitsOf, type RetentionLimits } from './retention.ts'
import type { StreamRow } from './stream-row.ts'

/** What there is to know of a stream. Times are epoch ms. */
export interface StreamState {
  readonly name: string
  readonly status: 'open' | 'ended'
  readonly created: number
  readonly ended: number | undefined
  /** Offset of the first message there is; that of the next one when there is none. */
  readonly first: number
  /** Offset of the next message. */
  readonly next: number
  /** Messages and the bytes of their JSON. */
  readonly count: number
  readonly bytes: number
  /** Messages that retention deleted before all groups had done them. */
  readonly lost: number
  /** Records that sinks of jobs wrote and did not commit yet; nobody sees them. */
  readonly prepared: number
  readonly retention: RetentionLimits
  readonly groups: readonly GroupState[]
}

/** The state of a stream. In a transaction. */
export function stateOf(db: Database, row: StreamRow): StreamState {
  const { bytes, count, created, lost, name, next } = row
  const prepared = db.get(
    'SELECT count(*) AS count FROM prepared WHERE writer IN (SELECT id FROM writer WHERE stream = ?)',
    row.id,
  )
  return {
    name,
    status: row.ended === null ? 'open' : 'ended',
    created,
    ended: row.ended ?? undefined,
    first: firstFrom(db, row.id, 0)?.offset ?? next,
    next,
    count,
    bytes,
    lost,
    prepared: Number(prepared?.['count']),
    retention: limitsOf(row),
    groups: groupsOf(db, row),
  }
}
