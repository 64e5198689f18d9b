import type { Alarm } from './alarms.ts'

/** What few actors need at a time, so that the others do without. */
export class LifeExtras {
  failure: unknown
  halted: (() => void) | undefined
  deadline: Alarm | undefined
  endListeners: Set<() => void> | undefined
}
