import { createEventWindows, type Plan } from '@millrace/window'
import { type JoinParameters, toMs } from './join-parameters.ts'

/** How much longer a day is, at most, where clocks are set back. */
const SET_BACK_MS = 3 * 3_600_000

/** The first of two inputs and the second. */
export const LEFT = 0
export const RIGHT = 1
export type Side = typeof LEFT | typeof RIGHT

/** A stretch of event time, epoch ms; the end is not part of it. */
export interface Stretch {
  readonly windowStart: number
  readonly windowEnd: number
}

/** Which times of the other side a record may be matched with. */
export interface Reach {
  /** The earliest for a record of `side` at `time`. */
  from(side: Side, time: number): number
  /** The first that is too late. */
  to(side: Side, time: number): number
  /** Records of `side` before this match nothing that comes once the watermark is `mark`. */
  keptFrom(side: Side, mark: number): number
  /** What a record of `time` comes too late for once the watermark is above this, or has reached it with a window. */
  closes(time: number): number
  /** Whether a record of `time` is too late. */
  isLate(time: number, mark: number): boolean
  /** The window of `time`; undefined where there are none. */
  window(time: number): Stretch | undefined
  /** How far results of records without a match trail the watermark, ms. */
  readonly lagMs: readonly [left: number, right: number]
  /** How far the other results trail it. */
  readonly pairLagMs: number
}

/** Times at most so far apart, the bounds included: the right one from `beforeMs` before the left one to `afterMs` after it. */
export function intervalReach(beforeMs: number, afterMs: number): Reach {
  const back = [beforeMs, afterMs] as const
  const ahead = [afterMs, beforeMs] as const
  return {
    from: (side, time) => time - back[side],
    to: (side, time) => justAbove(time + ahead[side]),
    keptFrom: (side, mark) => mark - ahead[side],
    closes: (time) => time,
    isLate: (time, mark) => time < mark,
    window: () => undefined,
    lagMs: ahead,
    pairLagMs: 0,
  }
}

/** Times in the same window, each of which is a pane of `panes` and at most `sizeMs` long. */
export function windowReach(panes: Plan['panes'], sizeMs: number): Reach {
  const start = (time: number): number => (Number.isFinite(time) ? panes.start(time) : time)
  return {
    from: (_side, time) => start(time),
    to: (_side, time) => panes.next(time),
    keptFrom: (_side, mark) => start(mark),
    closes: (time) => panes.next(time),
    isLate: (time, mark) => panes.next(time) <= mark,
    window: (time) => ({ windowStart: start(time), windowEnd: panes.next(time) }),
    lagMs: [sizeMs, sizeMs],
    pairLagMs: sizeMs,
  }
}

/** The reach that the parameters of a join of records with records name. */
export function reachOf({ window, within = '0s' }: JoinParameters): Reach {
  if (window !== undefined) {
    const { plan } = createEventWindows({ ...window, lateness: '0s' })
    return windowReach(
      plan.panes,
      toMs(window.tumbling) + (window.zone === undefined ? 0 : SET_BACK_MS),
    )
  }
  return typeof within === 'string'
    ? intervalReach(toMs(within), toMs(within))
    : intervalReach(toMs(within.before), toMs(within.after))
}

/** A number above `time`, with at most one other between them. */
function justAbove(time: number): number {
  return time + Math.abs(time) * Number.EPSILON + Number.MIN_VALUE
}
