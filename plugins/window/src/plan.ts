import { DAY_MS, dayGrid, dayPartGrid, evenGrid, type Grid, pairedGrid } from './grid.ts'

/**
 * The windows of one stage over panes: each window is some panes in a row, and windows are named by their ends, which only
 * one window has.
 */
export interface Plan {
  readonly panes: Grid
  /** End of the first window that holds the pane that starts at `pane`. */
  firstEnd(pane: number): number
  /** End of the last one. */
  lastEnd(pane: number): number
  /** End of the window behind the one that ends at `end`. */
  nextEnd(end: number): number
  /** Start of the window that ends at `end`. */
  start(end: number): number
  /** End of the last window that ends at or before `time`. */
  endBefore(time: number): number
}

/** Where windows start. */
export interface Alignment {
  readonly offsetMs: number
  /** Absent: epoch time. */
  readonly zone: string | undefined
}

/** Each pane is a window. */
export function tumblingPlan(sizeMs: number, { offsetMs, zone }: Alignment): Plan {
  return onePerPane(gridOf(sizeMs, offsetMs, zone))
}

function gridOf(sizeMs: number, offsetMs: number, zone: string | undefined): Grid {
  if (zone === undefined) return evenGrid(sizeMs, offsetMs)
  if (sizeMs % DAY_MS === 0) return dayGrid(sizeMs / DAY_MS, offsetMs, zone)
  return dayPartGrid(sizeMs, dayGrid(1, offsetMs, zone))
}

function onePerPane(panes: Grid): Plan {
  return {
    panes,
    firstEnd: (pane) => panes.next(pane),
    lastEnd: (pane) => panes.next(pane),
    nextEnd: (end) => panes.next(end),
    start: (end) => panes.start(end - 1),
    endBefore: (time) => panes.start(time),
  }
}

/** A window of `sizeMs` starts every `everyMs`. With a zone both are days. */
export function slidingPlan(sizeMs: number, everyMs: number, { offsetMs, zone }: Alignment): Plan {
  if (zone !== undefined) return slidingDays(sizeMs / everyMs, gridOf(everyMs, offsetMs, zone))
  const rest = sizeMs % everyMs
  const panes = rest === 0 ? evenGrid(everyMs, offsetMs) : pairedGrid(everyMs, rest, offsetMs)
  const starts = evenGrid(everyMs, offsetMs)
  return {
    panes,
    firstEnd: (pane) => starts.next(pane - sizeMs) + sizeMs,
    lastEnd: (pane) => starts.start(pane) + sizeMs,
    nextEnd: (end) => end + everyMs,
    start: (end) => end - sizeMs,
    endBefore: (time) => starts.start(time - sizeMs) + sizeMs,
  }
}

function slidingDays(count: number, panes: Grid): Plan {
  return {
    panes,
    firstEnd: (pane) => panes.next(pane),
    lastEnd(pane) {
      let end = pane
      for (let index = 0; index < count; index++) end = panes.next(end)
      return end
    },
    nextEnd: (end) => panes.next(end),
    start(end) {
      let start = end
      for (let index = 0; index < count; index++) start = panes.start(start - 1)
      return start
    },
    endBefore: (time) => panes.start(time),
  }
}

/** Windows that start with each `sizeMs` and end with each `stepMs` in it. */
export function cumulatePlan(sizeMs: number, stepMs: number, { offsetMs, zone }: Alignment): Plan {
  const whole = gridOf(sizeMs, offsetMs, zone)
  const panes = gridOf(stepMs, offsetMs, zone)
  return {
    panes,
    firstEnd: (pane) => panes.next(pane),
    lastEnd: (pane) => whole.next(pane),
    nextEnd: (end) => panes.next(end),
    start: (end) => whole.start(end - 1),
    endBefore: (time) => panes.start(time),
  }
}
