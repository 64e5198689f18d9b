import { expect, it } from 'vitest'
import { canonical } from './canonical.ts'

it.each([
  [1, '1'],
  ['null', null],
  ['[1]', [1]],
  [['a,b'], ['a', 'b']],
  [{ a: 1 }, { a: '1' }],
  ['true', true],
])('tells %j from %j', (one, other) => {
  expect(canonical(one)).not.toBe(canonical(other))
})

it('takes equal content for equal, whatever the order of fields', () => {
  expect(canonical({ a: [1, { c: 'x', b: null }], d: 2 })).toBe(
    canonical({ d: 2, a: [1, { b: null, c: 'x' }] }),
  )
  expect(canonical(-0)).toBe(canonical(0))
})
