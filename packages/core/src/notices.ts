import { type Staleness, Tick } from './timers.ts'
import { Watch } from './watch.ts'

/** Why the message of a timer or a watch is worth nothing any more; undefined while it is, and for any other entry. */
export function staleness(entry: unknown): Staleness | undefined {
  if (entry instanceof Watch) return entry.over
  if (entry instanceof Tick) return entry.timers.accept(entry)
  return undefined
}

/** The message for the handler: what a watch makes, what a timer carries, or the entry itself. May throw what `make` throws. */
export function unwrapNotice(entry: unknown): unknown {
  if (entry instanceof Watch) return entry.make()
  if (entry instanceof Tick) return entry.message
  return entry
}
