import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { localTime } from '@millrace/expression'
import { DAY_MS } from './grid.ts'
import { cumulatePlan, type Plan, slidingPlan, tumblingPlan } from './plan.ts'

const hour = 3_600_000
/** Some change their clocks at midnight, some by half an hour, some not at all. */
const zones = fc.constantFrom(
  undefined,
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'America/Sao_Paulo',
  'Africa/Cairo',
  'Asia/Beirut',
)
const times = fc.integer({ min: Date.parse('1995-01-01Z'), max: Date.parse('2030-01-01Z') })
const offsets = fc.constantFrom(0, 0, hour, 2.5 * hour, -3 * hour)

const plans = fc.record({ zone: zones, offsetMs: offsets }).chain((alignment) =>
  fc.oneof(
    fc
      .constantFrom(DAY_MS, 7 * DAY_MS, hour, 6 * hour)
      .map((size) => tumblingPlan(size, alignment)),
    fc
      .constantFrom([DAY_MS, DAY_MS], [7 * DAY_MS, DAY_MS], [6 * DAY_MS, 2 * DAY_MS])
      .map(([size, every]) => slidingPlan(size, every, alignment)),
    fc
      .constantFrom([DAY_MS, hour], [7 * DAY_MS, DAY_MS], [DAY_MS, 6 * hour])
      .map(([size, step]) => cumulatePlan(size, step, alignment)),
  ),
)

function endsOf(plan: Plan, pane: number): readonly number[] {
  const ends: number[] = []
  const last = plan.lastEnd(pane)
  for (let end = plan.firstEnd(pane); end <= last; end = plan.nextEnd(end)) ends.push(end)
  return ends
}

describe('windows on the calendar of a zone', () => {
  it('hold each time in one pane, without a gap, and each pane in windows around it', () => {
    fc.assert(
      fc.property(plans, times, (plan, time) => {
        const start = plan.panes.start(time)
        const next = plan.panes.next(time)

        expect(start).toBeLessThanOrEqual(time)
        expect(next).toBeGreaterThan(time)
        expect(plan.panes.start(start)).toBe(start)
        expect(plan.panes.start(next - 1)).toBe(start)
        expect(plan.panes.start(next)).toBe(next)
        const ends = endsOf(plan, start)
        expect(ends.length).toBeGreaterThan(0)
        expect(ends.at(-1)).toBe(plan.lastEnd(start))
        for (const end of ends) {
          expect(plan.start(end)).toBeLessThanOrEqual(start)
          expect(end).toBeGreaterThanOrEqual(next)
          expect(plan.endBefore(end)).toBe(end)
          expect(plan.endBefore(end - 1)).toBeLessThan(end)
          expect(plan.nextEnd(plan.endBefore(end - 1))).toBe(end)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('of days start at midnight, or where midnight is skipped at the next time there is', () => {
    fc.assert(
      fc.property(zones, times, (zone = 'UTC', time) => {
        const { panes } = tumblingPlan(DAY_MS, { offsetMs: 0, zone })
        const start = panes.start(time)
        const shown = localTime(start, zone) % DAY_MS

        const before = localTime(start - 1, zone)
        const isSkipped =
          Math.floor(before / DAY_MS) * DAY_MS + DAY_MS === localTime(start, zone) - shown
        expect(shown === 0 || isSkipped).toBe(true)
        const hours = (panes.next(time) - start) / hour
        expect(hours).toBeGreaterThanOrEqual(23)
        expect(hours).toBeLessThanOrEqual(25)
      }),
      { numRuns: 500 },
    )
  })
})
