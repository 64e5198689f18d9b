import { expect, it } from 'vitest'
import { createEncoder } from './create-encoder.ts'
import type { Encoder } from './encoder.ts'
import { LineBuffer } from './line-buffer.ts'

const csv = () =>
  createEncoder({ format: 'csv', gzip: false, delimiter: ',' }, { isContinued: false })

/** The text of a record, or why there is none. */
function encode(encoder: Encoder, value: unknown): unknown {
  const out = new LineBuffer()
  return encoder.encode(value, out) ?? out.take().toString()
}

const noJson = {
  code: 'FILE_VALUE',
  message: 'The record cannot be written as JSON: it holds itself, a bigint or no data at all.',
}

it.each([
  ['a bigint', 1n],
  ['a function', () => 1],
  ['a list with a bigint', [1n]],
])('refuses a row with %s in a cell, and goes on', (_, cell) => {
  const encoder = csv()

  expect(encode(encoder, { id: 1, cell })).toEqual(noJson)
  expect(encode(encoder, { id: 2, cell: [2] })).toBe('id,cell\n2,[2]\n')
})

it('refuses a field that the first record did not have, but not one that is missing', () => {
  const encoder = csv()

  expect(encode(encoder, { id: 1, name: 'a' })).toBe('id,name\n1,a\n')
  expect(encode(encoder, { name: 'b' })).toBe(',b\n')
  expect(encode(encoder, { id: 2, other: 3 })).toEqual({
    code: 'FILE_COLUMN',
    message:
      'The field "other" is no column: the first record named them. List them with "columns: [...]".',
  })
})

it('refuses a cell with a number that CSV cannot hold, alone or inside', () => {
  const encoder = csv()

  expect(encode(encoder, { id: Infinity })).toEqual({
    code: 'FILE_VALUE',
    message: 'id is Infinity, which CSV cannot hold.',
  })
  expect(encode(encoder, { id: [Number.NaN] })).toEqual({
    code: 'FILE_VALUE',
    message: 'id[0] is NaN, which JSON cannot hold.',
  })
  expect(encode(encoder, { id: null })).toBe('id\n""\n')
})
