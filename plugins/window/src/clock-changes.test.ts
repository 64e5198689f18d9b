import { describe, expect, it } from 'vitest'
import { DAY_MS } from './grid.ts'
import { tumblingPlan } from './plan.ts'

const MINUTE_MS = 60_000
const STEP_MS = 15 * MINUTE_MS
const HOUR_MS = 60 * MINUTE_MS
const from = Date.UTC(2016, 0, 1)
const to = Date.UTC(2026, 0, 1)

type Clock = (time: number) => number

/** What the clocks of a zone show, as ms of a UTC that shows the same. Written without the one of expressions. */
function clockOf(timeZone: string): Clock {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  const known = new Map<number, number>()
  return (time) => {
    const shown = known.get(time) ?? Date.parse(`${format.format(time).replace(' ', 'T')}Z`)
    known.set(time, shown)
    return shown
  }
}

/** Times at which the clocks of a zone were changed, to the quarter of an hour. */
function changesOf(clock: Clock): readonly number[] {
  const changes: number[] = []
  const ahead = (time: number): number => clock(time) - time
  for (let time = from; time < to; time += DAY_MS) {
    if (ahead(time) === ahead(time + DAY_MS)) continue
    let at = time
    while (ahead(at + STEP_MS) === ahead(time)) at += STEP_MS
    changes.push(at + STEP_MS)
  }
  return changes
}

/**
 * Starts of the days around a change: when the clocks first show it; where they skip it, when they would have shown it without the
 * change.
 */
function startsAround(change: number, clock: Clock, offsetMs: number): readonly number[] {
  const first = change - 4 * DAY_MS
  const shownAt = new Map<number, number>()
  for (let time = change + 4 * DAY_MS; time >= first; time -= STEP_MS) {
    shownAt.set(clock(time), time)
  }
  const ahead = clock(first) - first
  return [-3, -2, -1, 0, 1, 2, 3].map((days) => {
    const shown = (Math.floor(clock(change) / DAY_MS) + days) * DAY_MS + offsetMs
    return shownAt.get(shown) ?? shown - ahead
  })
}

/** By an hour at night, by half an hour, at midnight in both directions, and from an hour past it back to it. */
const zones = [
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'America/Havana',
  'Australia/Lord_Howe',
  'Africa/Cairo',
]

describe.each(zones)('windows of days in %s', (zone) => {
  const clock = clockOf(zone)
  const changes = changesOf(clock)

  it.each([0, 2.5 * HOUR_MS, -3 * HOUR_MS])(
    'are those of a calendar around each change of ten years, offset %i ms',
    (offsetMs) => {
      const days = tumblingPlan(DAY_MS, { offsetMs, zone }).panes
      const hours = tumblingPlan(HOUR_MS, { offsetMs, zone }).panes
      const lengths = new Set<number>()
      for (const change of changes) {
        const starts = startsAround(change, clock, offsetMs)
        for (const [index, start] of starts.slice(0, -1).entries()) {
          const next = starts[index + 1] as number
          lengths.add((next - start) / HOUR_MS)
          for (let time = start; time < next; time += STEP_MS) {
            const hour = Math.floor((time - start) / HOUR_MS) * HOUR_MS + start
            const found = {
              day: [days.start(time), days.start(time + STEP_MS - 1), days.next(time)],
              hour: [hours.start(time), hours.next(time)],
            }

            expect(found, new Date(time).toISOString()).toEqual({
              day: [start, start, next],
              hour: [hour, Math.min(hour + HOUR_MS, next)],
            })
          }
        }
      }
      expect(changes.length).toBeGreaterThanOrEqual(6)
      const change = zone === 'Australia/Lord_Howe' ? 0.5 : 1
      expect(lengths).toEqual(new Set([24 - change, 24, 24 + change]))
    },
  )
})
