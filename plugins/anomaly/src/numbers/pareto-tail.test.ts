import { expect, it } from 'vitest'
import { ParetoTail } from './pareto-tail.ts'

const open = { shapeLow: -1, shapeHigh: 0.9, prior: 0, priorWeight: 0 }

/** Quantiles of such a tail, evenly spaced in their chance. */
function numbersOf(count: number, quantile: (share: number) => number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => quantile((i + 0.5) / count))
}

it.for([
  ['heavy', 0.4, (u: number) => 10 + 2 * (((1 - u) ** -0.4 - 1) / 0.4), 2],
  ['exponential', 0, (u: number) => 10 - 3 * Math.log(1 - u), 3],
  ['bounded', -0.5, (u: number) => 10 + 2 * ((1 - (1 - u) ** 0.5) / 0.5), 2],
] as const)('finds the shape and the scale of a %s tail', ([, shape, quantile, scale]) => {
  const tail = new ParetoTail(open)

  tail.fit(numbersOf(5000, quantile), 10, 1)

  expect(tail.shape).toBeCloseTo(shape, 1)
  expect(tail.scale / scale).toBeCloseTo(1, 1)
  expect(tail.quantile(0.01) / quantile(0.99)).toBeCloseTo(1, 1)
})

it('gives the quantile that its share lies beyond', () => {
  const tail = new ParetoTail(open)
  tail.fit(
    numbersOf(100, (u) => 10 - 3 * Math.log(1 - u)),
    10,
    1,
  )

  for (const share of [0.5, 0.1, 1e-3, 1e-6]) {
    expect(Math.exp(tail.logBeyond(tail.quantile(share)))).toBeCloseTo(share, 9)
  }
  expect(tail.quantile(1)).toBe(10)
  expect(tail.quantile(3)).toBe(10)
})

it('takes the spread it is told where the excesses have none', () => {
  const tail = new ParetoTail(open)

  tail.fit(
    numbersOf(10, () => 7),
    7,
    2,
  )

  expect(tail).toMatchObject({ threshold: 7, shape: 0.9, scale: 2 })
  expect(tail.logBeyond(7)).toBe(-0)
  expect(tail.logBeyond(Number.MAX_VALUE)).toBeGreaterThan(-1e6)
})

it('draws the shape towards the prior, the more the fewer there are', () => {
  const shapes = [10, 100, 5000].map((count) => {
    const tail = new ParetoTail({ ...open, prior: 0.5, priorWeight: 10 })
    tail.fit(
      numbersOf(count, (u) => 10 - 3 * Math.log(1 - u)),
      10,
      1,
    )
    return tail.shape
  })

  expect(shapes.every((shape, i) => i === 0 || shape < (shapes[i - 1] as number))).toBe(true)
})

it('has nothing beyond the end of a bounded tail, and stays finite with the largest numbers', () => {
  const bounded = new ParetoTail(open)
  bounded.fit(
    numbersOf(500, (u) => 2 * (1 - (1 - u) ** 0.5)),
    0,
    1,
  )
  const huge = new ParetoTail(open)
  huge.fit(
    numbersOf(20, (u) => u * Number.MAX_VALUE),
    0,
    1,
  )

  expect(bounded.logBeyond(100)).toBe(-Infinity)
  expect(huge.scale).toBeLessThanOrEqual(Number.MAX_VALUE)
  expect(huge.quantile(1e-9)).toBeLessThanOrEqual(Number.MAX_VALUE)
})
