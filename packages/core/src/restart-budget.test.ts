import fc from 'fast-check'
import { expect, it } from 'vitest'

import { RestartBudget } from './restart-budget.ts'

it('grants exactly while the attempts of the last period, this one included, are within the intensity', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 4 }),
      fc.integer({ min: 1, max: 100 }),
      fc.array(fc.nat({ max: 60 }), { maxLength: 40 }),
      (intensity, periodMs, gaps) => {
        const budget = new RestartBudget(intensity, periodMs)
        const all: number[] = []
        let nowMs = 0

        for (const gap of gaps) {
          nowMs += gap
          const recent = all.filter((attemptMs) => attemptMs >= nowMs - periodMs).length
          all.push(nowMs)

          expect(budget.grant(nowMs)).toBe(recent + 1 <= intensity)
        }
      },
    ),
  )
})

it('never refuses failures spaced so that no period holds more than the intensity', () => {
  const budget = new RestartBudget(3, 60_000)
  for (let attempt = 0; attempt < 1000; attempt++) {
    expect(budget.grant(attempt * 20_001)).toBe(true)
  }
})
