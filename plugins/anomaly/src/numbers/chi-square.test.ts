import { expect, it } from 'vitest'
import { chiSquareAbove } from './chi-square.ts'

// From printed tables.
it.each([
  [0.05, 3, 7.815],
  [0.05, 10, 18.307],
  [0.01, 4, 13.277],
  [0.01, 6, 16.812],
  [0.001, 6, 22.458],
  [0.01, 30, 50.892],
])(
  'a share of %d lies above the quantile of %d degrees of freedom',
  (probability, degrees, expected) => {
    const above = chiSquareAbove(probability, degrees)

    expect(above / expected).toBeGreaterThan(0.99)
    expect(above / expected).toBeLessThan(1.01)
  },
)
