import type { Runtime } from '@millrace/base'
import type { Journal, Undoable } from '../state/journal.ts'
import type { PartTimers } from './part-timers.ts'

/** Timers of a stage: one that a failing record set is withdrawn with whatever else it did. */
export function undoableTimer(
  timers: PartTimers,
  journal: Journal,
  isInHand: () => boolean,
): Runtime['timer'] {
  const undo: Undoable = { restore: (_slot, _name, cancel) => (cancel as () => void)() }
  return (delayMs, task) => {
    const cancel = timers.set(delayMs, task)
    // What a timer itself sets is no record's doing, also while one is in flight.
    if (!timers.isFiring && (timers.isInBatch || isInHand())) {
      journal.remember(undo, 0, undefined, cancel)
    }
    return cancel
  }
}
