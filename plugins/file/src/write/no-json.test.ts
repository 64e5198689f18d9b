import { expect, it } from 'vitest'
import { jsonText } from './no-json.ts'

const message = (value: unknown, name?: string) => {
  const text = jsonText(value, name)
  return typeof text === 'string' ? text : text.message
}

it.each([
  [Number.NaN, '', 'The record is NaN, which JSON cannot hold.'],
  [{ a: [1, { 'b c': Infinity }] }, '', 'a[1]["b c"] is Infinity, which JSON cannot hold.'],
  [[-Infinity], 'cell', 'cell[0] is -Infinity, which JSON cannot hold.'],
  [{ at: new Date(Number.NaN) }, '', 'at is Invalid Date, which JSON cannot hold.'],
])('names the first number that would become null: %o', (value, name, expected) => {
  expect(message(value, name)).toBe(expected)
})

it('writes null, and text that has the word', () => {
  expect(message({ a: null, b: 'null', c: [undefined], d: new Date(0) })).toBe(
    '{"a":null,"b":"null","c":[null],"d":"1970-01-01T00:00:00.000Z"}',
  )
})

it('says that a value nests too deeply', () => {
  let value: unknown = null
  for (let level = 0; level < 100_000; level++) value = [value]

  expect(message(value)).toBe('The record cannot be written as JSON: it nests too deeply.')
})
