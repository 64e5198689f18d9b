import { Tick } from './timers.ts'

/** A watched actor's end, waiting in the system lane for its watcher. */
export class Terminated {
  readonly make: () => unknown

  constructor(make: () => unknown) {
    this.make = make
  }
}

/** What a notice becomes when its timer was canceled meanwhile: nothing to handle. */
export const stale = Symbol('stale')

/** The message for the handler: what a watch makes, what a timer carries, or the entry itself. May throw what `make` throws. */
export function unwrapNotice(entry: unknown): unknown {
  if (entry instanceof Terminated) return entry.make()
  if (entry instanceof Tick) return entry.timers.accept(entry) ? entry.message : stale
  return entry
}
