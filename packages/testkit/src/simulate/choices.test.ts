import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Choices, parseChoices, renderChoices } from './choices.ts'

it('repeats recorded choices, answers 0 after them and stays below the count', () => {
  const choices = new Choices([2, 9])

  expect([choices.take(3, 1), choices.take(4, 1), choices.take(5, 1)]).toEqual([2, 3, 0])
  expect(choices.made).toEqual([2, 3, 0])
  expect(choices.counts).toEqual([3, 4, 5])
})

it('writes choices as one word without the zeros at the end', () => {
  expect(renderChoices([0, 0, 0, 14, 1, 1, 0, 0])).toBe('0*3.e.1*2')
  expect(renderChoices([0, 0])).toBe('0')
})

it('reads what it wrote', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant(0), fc.nat(1e6))), (made) => {
      const end = made.findLastIndex((choice) => choice !== 0) + 1

      expect(parseChoices(renderChoices([...made, 1]))).toEqual([...made, 1])
      expect(parseChoices(renderChoices(made)).slice(0, end)).toEqual(made.slice(0, end))
    }),
    { numRuns: 200 },
  )
})

it('says which word it cannot read', () => {
  expect(() => parseChoices('0*3.x!.1')).toThrow(
    '"0*3.x!.1" is no list of choices: "x!" is not a number in base 36.',
  )
})
