import { expect, it } from 'vitest'
import { LogScale } from './log-scale.ts'

it('tells nothing before thirty numbers, then how many deviations of logarithms', () => {
  const scale = new LogScale(1000)
  for (let i = 0; i < 29; i++) scale.learn(i % 2 === 0 ? 1 : Math.E)
  expect(scale.standardized(1)).toBeNaN()

  scale.learn(Math.E)

  // Mean 1/2, deviation 1/2, and a tenth more.
  expect(scale.standardized(Math.E)).toBeCloseTo(0.5 / 0.6, 6)
  expect(scale.standardized(Math.E ** 3.5)).toBeCloseTo(5, 6)
})

it('is hardly moved by a few extreme numbers, and follows many', () => {
  const scale = new LogScale(100)
  for (let i = 0; i < 200; i++) scale.learn(i % 2 === 0 ? 1 : Math.E)

  scale.learn(1e12)
  expect(scale.standardized(Math.E ** 3.5)).toBeGreaterThan(4)

  for (let i = 0; i < 2000; i++) scale.learn(1e12)
  expect(scale.standardized(1e12)).toBeLessThan(0.1)
})
