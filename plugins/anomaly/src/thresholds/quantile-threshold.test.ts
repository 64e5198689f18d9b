import { createRandom } from '@millrace/base'
import { expect, it } from 'vitest'
import { RankScale } from '../judge/rank-scale.ts'
import { QuantileThreshold } from './quantile-threshold.ts'

const scored = (raw: number): { score: number; raw: number; time: number } => ({
  score: 0,
  raw,
  time: 0,
})

it('has the median of the example in the paper of Jain and Chlamtac', () => {
  const observed = [
    0.02, 0.15, 0.74, 3.39, 0.83, 22.37, 10.15, 15.43, 38.62, 15.92, 34.6, 10.28, 1.47, 0.4, 0.05,
    11.39, 0.27, 0.42, 0.09, 11.37,
  ]
  const threshold = new QuantileThreshold(0.5)

  for (const raw of observed) threshold.learn(scored(raw))

  const rounded = [...threshold.snapshot().heights].map((height) => Number(height.toFixed(2)))
  expect(rounded).toStrictEqual([0.02, 0.49, 4.44, 17.2, 38.62])
})

it.for([0.9, 0.99, 0.999])('has a share of %f below it, in any order', (q) => {
  const random = createRandom(9)
  const threshold = new QuantileThreshold(q)
  let over = 0
  for (let i = 0; i < 20_000; i++) {
    const raw = -Math.log(1 - random())
    if (i >= 2000 && threshold.isOver(scored(raw))) over++
    threshold.learn(scored(raw))
  }

  expect(over / 18_000 / (1 - q)).toBeGreaterThan(0.6)
  expect(over / 18_000 / (1 - q)).toBeLessThan(1.5)
})

it('says nothing of the first fifty, and nothing of the usual', () => {
  const threshold = new QuantileThreshold(0.9)
  const scale = new RankScale()

  const over = Array.from({ length: 200 }, (_, i) => {
    const isOver = threshold.isOver(scored(i < 49 ? i : 0))
    threshold.learn(scored(i < 49 ? i : 0))
    return isOver
  })

  expect(over).not.toContain(true)
  expect(threshold.level(scale)).toBe(0)
  threshold.restart()
  expect(threshold.level(scale)).toBeNaN()
})

it('stays finite with the largest numbers', () => {
  const threshold = new QuantileThreshold(0.9)

  for (let i = 0; i < 300; i++) threshold.learn(scored(i % 3 === 0 ? Number.MAX_VALUE : i))

  for (const height of threshold.snapshot().heights) expect(Number.isFinite(height)).toBe(true)
})
