import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Alerts } from './alerts.ts'
import { alertsFaults, type AlertsParameters } from './alerts-parameters.ts'

interface Point {
  readonly isOver: boolean
  readonly score: number
  readonly time: number
}

const points = fc.array(
  fc.record({
    isOver: fc.boolean(),
    score: fc.double({ min: 0, max: 0.999, noNaN: true }),
    time: fc.integer({ min: 0, max: 100_000 }),
  }),
  { maxLength: 100 },
)

const policies: fc.Arbitrary<AlertsParameters> = fc.record(
  {
    refractory: fc.constantFrom<number | string>(0, 1, 5, '10s', '1m'),
    hysteresis: fc.constantFrom({ on: 0.8, off: 0.3 }, { off: 0.5 }),
    persistence: fc.constantFrom({ of: 5, need: 2 }, { of: 1, need: 1 }, { of: 31, need: 31 }),
  },
  { requiredKeys: [] },
)

/** Indexes of the alerts. */
function run(alerts: Alerts, list: readonly Point[]): number[] {
  const found: number[] = []
  for (const [index, { isOver, score, time }] of list.entries()) {
    const isAlert = alerts.isAlert(isOver, score, time)
    alerts.add(isOver, isAlert, score, time)
    if (isAlert) found.push(index)
  }
  return found
}

const overAt = (...times: number[]): Point[] => {
  return times.map((time) => ({ isOver: true, score: 0.9, time }))
}

const scoring = (...scores: number[]): Point[] => {
  return scores.map((score, time) => ({ isOver: score >= 0.5, score, time }))
}

it('makes an alert of every point over the threshold where it is told nothing else', () => {
  expect(run(new Alerts({}), scoring(0.1, 0.5, 0.9, 0.4, 0.6))).toStrictEqual([1, 2, 4])
})

it('never gives two alerts inside of the refractory period, in points', () => {
  fc.assert(
    fc.property(points, fc.integer({ min: 0, max: 20 }), (list, refractory) => {
      const found = run(new Alerts({ refractory }), list)

      const gaps = found.slice(1).map((index, i) => index - (found[i] as number) - 1)
      expect(Math.min(Infinity, ...gaps)).toBeGreaterThanOrEqual(refractory)
    }),
  )
})

it('never gives two alerts inside of the refractory period, in event time, also out of order', () => {
  fc.assert(
    fc.property(points, (list) => {
      const found = run(new Alerts({ refractory: '10s' }), list)

      const times = found.map((index) => (list[index] as Point).time).toSorted((a, b) => a - b)
      const gaps = times.slice(1).map((time, i) => time - (times[i] as number))
      expect(Math.min(Infinity, ...gaps)).toBeGreaterThanOrEqual(10_000)
    }),
  )
})

it('gives the next alert as soon as the refractory period is over', () => {
  const byPoints = run(new Alerts({ refractory: 2 }), overAt(0, 1, 2, 3, 4, 5, 6))
  const byTime = run(new Alerts({ refractory: '2s' }), overAt(0, 1000, 1999, 2000, 3000, 4000))

  expect(byPoints).toStrictEqual([0, 3, 6])
  expect(byTime).toStrictEqual([0, 3, 5])
})

it('gives one alert for each stretch that stays at or above off', () => {
  const scores = scoring(0.7, 0.9, 0.6, 0.3, 0.9, 0.29, 0.9)

  expect(run(new Alerts({ hysteresis: { off: 0.3 } }), scores)).toStrictEqual([0, 6])
  expect(run(new Alerts({ hysteresis: { on: 0.8, off: 0.3 } }), scores)).toStrictEqual([1, 6])
})

it('gives an alert only where enough of the last points are over', () => {
  const scores = scoring(0.9, 0.1, 0.1, 0.9, 0.9, 0.1, 0.9)

  expect(run(new Alerts({ persistence: { of: 3, need: 2 } }), scores)).toStrictEqual([4, 6])
})

it('gives an alert where the definition of persistence says so', () => {
  fc.assert(
    fc.property(points, fc.integer({ min: 1, max: 31 }), fc.nat(), (list, of, some) => {
      const need = 1 + (some % of)
      const found = run(new Alerts({ persistence: { of, need } }), list)

      const expected = list.flatMap(({ isOver }, index) => {
        const last = list.slice(Math.max(0, index + 1 - of), index + 1)
        const enough = last.filter((point) => point.isOver).length >= need
        return isOver && enough ? [index] : []
      })
      expect(found).toStrictEqual(expected)
    }),
  )
})

it('goes on from a snapshot as if nothing had been', () => {
  fc.assert(
    fc.property(policies, points, points, (policy, first, second) => {
      const whole = new Alerts(policy)
      run(whole, first)
      const restored = new Alerts(policy)
      restored.restore(structuredClone(whole.snapshot()))

      expect(run(restored, second)).toStrictEqual(run(whole, second))
      expect(restored.snapshot()).toStrictEqual(whole.snapshot())
    }),
  )
})

it('says what a schema cannot', () => {
  const faults = alertsFaults({
    refractory: '10',
    hysteresis: { on: 0.5, off: 0.9 },
    persistence: { of: 3, need: 4 },
  })

  expect(faults).toStrictEqual([
    {
      path: ['refractory'],
      message: 'must be a length of time with a unit; got "10".',
      hint: 'Write a number with a unit, such as 10s or 5m.',
    },
    {
      path: ['hysteresis', 'on'],
      message: 'must be at least `off`, 0.9; got 0.5.',
      hint: 'Write a larger number for on, or a smaller one for off.',
    },
    {
      path: ['persistence', 'need'],
      message: 'must be at most `of`, 3; got 4.',
      hint: 'Write for example persistence: { of: 5, need: 3 }.',
    },
  ])
  expect(alertsFaults({ refractory: 5, hysteresis: { off: 0.9 } })).toStrictEqual([])
})
