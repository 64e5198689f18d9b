import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shrinkChoices } from './shrink.ts'

const shrink = (
  choices: readonly number[],
  fails: (choices: readonly number[]) => boolean,
): Promise<readonly number[]> =>
  shrinkChoices(choices, (candidate) => Promise.resolve(fails(candidate)), 2000)

it('finds the empty list where everything fails', async () => {
  expect(await shrink([3, 1, 4, 1, 5], () => true)).toEqual([])
})

it('keeps what is needed and drops the rest', async () => {
  const choices = [9, 2, 7, 0, 3, 8, 0, 0, 5, 4]

  expect(await shrink(choices, (list) => list.includes(8))).toEqual([8])
  expect(await shrink(choices, (list) => list.some((choice) => choice >= 6))).toEqual([6])
  expect(await shrink(choices, (list) => (list[2] ?? 0) > 3)).toEqual([0, 0, 4])
})

it('never answers with a list that does not fail, nor with a longer one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(20), { maxLength: 40 }),
      fc.nat(30),
      async (choices, least) => {
        const fails = (list: readonly number[]): boolean =>
          list.reduce((sum, choice) => sum + choice, 0) >= least
        fc.pre(fails(choices))

        const found = await shrink(choices, fails)

        expect(fails(found)).toBe(true)
        expect(found.length).toBeLessThanOrEqual(choices.length)
      },
    ),
    { numRuns: 100 },
  )
})
