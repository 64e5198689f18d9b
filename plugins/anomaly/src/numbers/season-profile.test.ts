import { expect, it } from 'vitest'
import { seasonProfile } from './season-profile.ts'

it('is the median over the periods of the distance from the mean of each', () => {
  const values = Float64Array.of(99, 1, 2, 3, 11, 12, 13, 101, 190, 103)

  const { profile, range } = seasonProfile(values, 3, 2)

  expect([...profile]).toStrictEqual([-1, 0, 1])
  expect(range).toBe(2)
})

it('begins behind the slot of the newest value', () => {
  const { profile } = seasonProfile(Float64Array.of(1, 2, 3, 1, 2, 3), 3, 0)

  expect([...profile]).toStrictEqual([1, -1, 0])
})

it('is level where no period is whole', () => {
  expect(seasonProfile(Float64Array.of(1, 2), 3, 0).profile).toStrictEqual(new Float64Array(3))
})
