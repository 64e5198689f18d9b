import type { Message } from '../store/messages.ts'

/** What waits for a group, as an emitter sees it. */
export interface Backlog {
  /** Epoch ms. */
  readonly now: number
  /** How many messages wait. */
  readonly count: number
  /** When the first of them was appended; undefined when none waits. */
  readonly firstTime: number | undefined
  /** Whether the stream has ended: what waits is all there will be. */
  readonly ended: boolean
  /** What the emitter last gave as its `period`; undefined at first and after a reset. */
  readonly period: number | undefined
  /** How many of the waiting messages are earlier than `time`. */
  countBefore(time: number): number
  /** The first `limit` waiting messages. */
  peek(limit: number): readonly Message[]
}

/** What an emitter says of a backlog. */
export interface Cut {
  /** The first so many waiting messages are a window; absent: there is none yet. */
  readonly take?: number
  /**
   * Bounds of its time, epoch ms, `end` exclusive. Whatever the clock does, no message comes any more that is earlier than `end`, or
   * than `start` where there is no window yet.
   */
  readonly start?: number
  readonly end?: number
  /** Kept with the group, for the next call. Default: as it was. */
  readonly period?: number | undefined
}

/** Says where a window ends. The group keeps what it says, so that a window that fails is tried again as it was. */
export interface WindowEmitter {
  /** Looks at what waits; undefined: no window yet. Must not wait, and may be asked any number of times. */
  ready(backlog: Backlog): Cut | undefined
  /** What a handler gets of the messages of a window. Default: all values, in their order. What it leaves out counts as done. */
  query?(messages: readonly Message[]): readonly unknown[]
}

/** Windows of exactly `size` messages; a shorter one when its first message is `maxWaitMs` old, or when the stream has ended. */
export function countWindow(size: number, maxWaitMs = Infinity): WindowEmitter {
  return {
    ready({ count, ended, firstTime, now }) {
      if (count >= size) return { take: size }
      if (count === 0 || firstTime === undefined) return undefined
      return ended || now - firstTime >= maxWaitMs ? { take: count } : undefined
    },
  }
}

/** Whatever waits when a period of `intervalMs` is over, whenever it was appended. */
export function relaxedTimeWindow(intervalMs: number, empties = false): WindowEmitter {
  return {
    ready({ count, ended, now, period }) {
      const end = Math.floor(now / intervalMs) * intervalMs + intervalMs
      if (ended && count > 0) return { take: count, period }
      if (ended) return undefined
      if (period === undefined) return { period: end }
      if (now < period) return undefined
      if (count === 0 && !empties) return { period: end }
      return { take: count, period: end }
    },
  }
}

/**
 * What was appended in a period of `intervalMs`, periods aligned to the epoch: from its start, before its end. A period is over
 * when the clock says so; those that passed while nobody asked follow one another at once.
 */
export function fixedTimeWindow(intervalMs: number, empties = true): WindowEmitter {
  const floor = (time: number): number => Math.floor(time / intervalMs) * intervalMs
  return {
    ready(backlog) {
      const { ended, firstTime, now, period } = backlog
      // The period of a group that had windows of another kind is not one of ours.
      let start = floor(Math.min(period ?? Infinity, firstTime ?? period ?? now))
      if (!empties) start = Math.max(start, floor(firstTime ?? now))
      const end = start + intervalMs
      const isOver = now >= end || (ended && firstTime !== undefined)
      if (!isOver) return { start, period: start }
      const take = backlog.countBefore(end)
      return take === 0 && !empties ? { start, period: start } : { take, start, end, period: end }
    },
  }
}
