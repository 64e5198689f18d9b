import { expect, it } from 'vitest'
import { plainRecord } from './plain-record.ts'

it('keeps a record that JSON can hold, as the same object', () => {
  const record = { id: 1, list: [null, 'x', { at: new Date(0) }], none: undefined }

  expect(plainRecord(record)).toBe(record)
})

it('puts words where JSON has no value', () => {
  const record = { a: Number.NaN, b: [1n, Number.NEGATIVE_INFINITY], c: () => 1, d: Symbol('s') }

  expect(plainRecord(record)).toEqual({
    a: 'NaN',
    b: ['1', '-Infinity'],
    c: '(function)',
    d: 'Symbol(s)',
  })
})

it('ends where a record holds itself, and keeps fields of any name', () => {
  const record: Record<string, unknown> = JSON.parse('{"__proto__":1}') as never
  record['self'] = record

  expect(JSON.stringify(plainRecord(record))).toBe('{"__proto__":1,"self":"(circular)"}')
})

it('cuts a record that nests deeper than can be written', () => {
  let record: unknown = 'core'
  for (let level = 0; level < 100_000; level++) record = [record]

  const text = JSON.stringify(plainRecord(record))

  expect(text).toBe(`${'['.repeat(990)}"(too deep)"${']'.repeat(990)}`)
})

it('is null where a record cannot be read', () => {
  const record = {
    get broken(): unknown {
      throw new Error('no')
    },
  }

  expect(plainRecord(record)).toBeNull()
  expect(plainRecord(undefined)).toBeNull()
})
