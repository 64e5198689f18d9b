import { expect, it } from 'vitest'
import { KeyInterner } from './key.ts'

it('takes any name for a field of the key, also that of a prototype', () => {
  const names = ['__proto__', 'constructor']
  const parts = names.map((name, index) => ({ name, description: name, read: () => index }))
  const interner = new KeyInterner(names)

  const slot = interner.slot(parts, {}, 0)

  expect(interner.values(slot)).toEqual([0, 1])
  expect(Object.entries(interner.keys[slot] ?? {})).toEqual([
    ['__proto__', 0],
    ['constructor', 1],
  ])
  expect(interner.slotOf([0, 1])).toBe(slot)
})
