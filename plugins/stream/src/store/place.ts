import type { Database } from './database.ts'
import { STREAM_OPTION } from '../errors.ts'
import { firstFrom, offsetAt } from './messages.ts'
import type { StreamRow } from './stream-row.ts'

/** A place in a stream: its first message, what comes from now on, an offset, or the first message not earlier than a time (epoch ms). */
export type Place = 'earliest' | 'latest' | number | { readonly time: number | Date }

/** Throws `STREAM_OPTION` for what is no place. */
export function checkPlace(place: Place): void {
  const { time } = typeof place === 'object' && place !== null ? place : { time: 0 }
  const isOffset = typeof place === 'number' && Number.isSafeInteger(place) && place >= 0
  const isTime = typeof place === 'object' && Number.isFinite(Number(time))
  if (place === 'earliest' || place === 'latest' || isOffset || isTime) return
  throw STREAM_OPTION({
    problem: `"from" is earliest, latest, an offset or { time }; got ${JSON.stringify(place)}`,
    hint: 'Write from: 0 for the first message there ever was.',
  })
}

/** The offset that a place stands for now. */
export function offsetOf(db: Database, stream: StreamRow, place: Place): number {
  const { next } = stream
  if (place === 'latest') return next
  const first = firstFrom(db, stream.id, 0)?.offset ?? next
  if (place === 'earliest') return first
  if (typeof place === 'number') return Math.min(place, next)
  return offsetAt(db, stream.id, { first, next, time: Number(place.time) })
}
