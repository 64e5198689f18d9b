import type { StateTtl } from '@millrace/sdk'
import { ENG_TTL } from '../errors.ts'

/** What time it is for state. */
export interface StateTime {
  /** Event time of what is in hand, or the watermark where that is further. */
  event(): number
  clock(): number
  /** Something goes earlier now than all else of that time. */
  arm(time: 'event' | 'clock'): void
}

/** How long the entries of a handle live, with what it leaves out. */
export interface TimeToLive {
  readonly ms: number
  readonly refreshesOnRead: boolean
  readonly time: 'event' | 'clock'
}

/** Throws ENG_TTL for a time that is none. */
export function timeToLive(
  name: string,
  { ms, of = 'write', time = 'event' }: StateTtl,
): TimeToLive {
  if (typeof ms !== 'number' || !(ms > 0)) throw ENG_TTL({ name, got: String(ms) })
  return { ms, refreshesOnRead: of === 'access', time }
}
