import { expect, it } from 'vitest'
import { Dues } from './dues.ts'

it('brings an item up at the earliest time that was planned for it, once', () => {
  const first: number[] = []
  const dues: Dues = new Dues(() => first.push(dues.first))
  dues.plan(1, 50)
  dues.plan(2, 40)
  dues.plan(2, 60)
  dues.plan(1, 30)
  dues.plan(3, 70)
  dues.cancel(3)

  expect(first).toEqual([50, 40, 30])
  expect([dues.isDue(29), dues.isDue(30)]).toEqual([false, true])
  expect([dues.take(), dues.take()]).toEqual([1, 2])
  expect(dues.first).toBe(Number.POSITIVE_INFINITY)
})
