import { fromLocalTime, localTime } from '@millrace/expression'

export const DAY_MS = 86_400_000

/** Cuts event time into panes, each from its start to before the next one's, without a gap. */
export interface Grid {
  /** Start of the pane that holds `time`. */
  start(time: number): number
  /** Start of the pane behind the one that holds `time`. */
  next(time: number): number
}

/** Panes of one size, the first at `offsetMs` from the epoch. */
export function evenGrid(sizeMs: number, offsetMs: number): Grid {
  const start = (time: number): number => Math.floor((time - offsetMs) / sizeMs) * sizeMs + offsetMs
  return { start, next: (time) => start(time) + sizeMs }
}

/** Panes of two sizes that take turns: what is left of each `everyMs` behind its first `restMs`. */
export function pairedGrid(everyMs: number, restMs: number, offsetMs: number): Grid {
  const whole = evenGrid(everyMs, offsetMs)
  return {
    start(time) {
      const first = whole.start(time)
      return time < first + restMs ? first : first + restMs
    },
    next(time) {
      const first = whole.start(time)
      return first + (time < first + restMs ? restMs : everyMs)
    },
  }
}

/** Panes of `days` days of a zone's calendar, `offsetMs` after its midnights: where clocks change a day is longer or shorter. */
export function dayGrid(days: number, offsetMs: number, zone: string): Grid {
  const sizeMs = days * DAY_MS
  const at = (index: number): number => fromLocalTime(index * sizeMs + offsetMs, zone)
  const find = (time: number): number => {
    const index = Math.floor((localTime(time, zone) - offsetMs) / sizeMs)
    // Where clocks are set back, what they show comes twice: the first time counts.
    if (at(index + 1) <= time) return index + 1
    return at(index) > time ? index - 1 : index
  }
  return { start: (time) => at(find(time)), next: (time) => at(find(time) + 1) }
}

/** Panes of one size counted from the start of each day of a zone; the last of a day ends with it. */
export function dayPartGrid(sizeMs: number, days: Grid): Grid {
  const start = (time: number): number => {
    const day = days.start(time)
    return day + Math.floor((time - day) / sizeMs) * sizeMs
  }
  return { start, next: (time) => Math.min(start(time) + sizeMs, days.next(time)) }
}

/** The greatest that divides both. */
export function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}
