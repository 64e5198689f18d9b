import { expect, it } from 'vitest'
import { setField } from './set-field.ts'

it('sets and replaces fields in their order', () => {
  const record: Record<string, unknown> = { a: 1 }

  setField(record, 'b', 2)
  setField(record, 'a', 3)

  expect(JSON.stringify(record)).toBe('{"a":3,"b":2}')
})

it('makes a field of __proto__ and leaves the prototype alone', () => {
  const record: Record<string, unknown> = {}

  setField(record, '__proto__', { admin: true })
  setField(record, '__proto__', { admin: false })

  expect(JSON.stringify(record)).toBe('{"__proto__":{"admin":false}}')
  expect(Object.getPrototypeOf(record)).toBe(Object.prototype)
  expect(record['admin']).toBeUndefined()
})
