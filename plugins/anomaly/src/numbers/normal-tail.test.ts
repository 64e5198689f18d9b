import { expect, it } from 'vitest'
import { normalTail } from './normal-tail.ts'

it.for<[number, number]>([
  [0, 0.5],
  [1, 0.158655253931457],
  [1.959963984540054, 0.025],
  [3, 1.349898031630095e-3],
  [6, 9.865876450376981e-10],
  [10, 7.61985302416053e-24],
  [30, 4.906713927148187e-198],
  [-1, 0.841344746068543],
  [-8, 0.9999999999999993],
])('has the published value at %f', ([z, tail]) => {
  expect(normalTail(z) / tail).toBeCloseTo(1, 10)
})

it('falls without a step where the two ways meet', () => {
  const [before, after] = [normalTail(2.5 - 1e-9), normalTail(2.5)]

  expect(before).toBeGreaterThan(after)
  expect(before / after).toBeCloseTo(1, 7)
  expect(normalTail(Infinity)).toBe(0)
})
