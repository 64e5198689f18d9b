import { expect, it } from 'vitest'
import { createEncoder } from './encoder.ts'

const csv = () =>
  createEncoder({ format: 'csv', gzip: false, delimiter: ',' }, { isContinued: false })

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

  expect(encoder.encode({ id: 1, cell })).toEqual(noJson)
  expect(encoder.encode({ id: 2, cell: [2] })).toBe('id,cell\n2,[2]\n')
})

it('refuses a field that the first record did not have, but not one that is missing', () => {
  const encoder = csv()

  expect(encoder.encode({ id: 1, name: 'a' })).toBe('id,name\n1,a\n')
  expect(encoder.encode({ name: 'b' })).toBe(',b\n')
  expect(encoder.encode({ id: 2, other: 3 })).toEqual({
    code: 'FILE_COLUMN',
    message:
      'The field "other" is no column: the first record named them. List them with "columns: [...]".',
  })
})

it('refuses a cell with a number that CSV cannot hold, alone or inside', () => {
  const encoder = csv()

  expect(encoder.encode({ id: Infinity })).toEqual({
    code: 'FILE_VALUE',
    message: 'id is Infinity, which CSV cannot hold.',
  })
  expect(encoder.encode({ id: [Number.NaN] })).toEqual({
    code: 'FILE_VALUE',
    message: 'id[0] is NaN, which JSON cannot hold.',
  })
  expect(encoder.encode({ id: null })).toBe('id\n""\n')
})
