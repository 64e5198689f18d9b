import { expect, it } from 'vitest'
import { renderOrigin } from './record-batch.ts'

const origin = (offset: number, line?: number) => ({
  source: 's',
  partition: 'a.json',
  offset,
  line,
})

it('names a record by its line, and by its offset too where several stand on one line', () => {
  expect(renderOrigin(origin(16, 17))).toBe('a.json:17')
  expect(renderOrigin(origin(16, 90))).toBe('a.json:90')
  expect(renderOrigin(origin(0, 1))).toBe('a.json:1')
  expect(renderOrigin(origin(16, 1))).toBe('a.json:1 offset 16')
  expect(renderOrigin(origin(16, 16))).toBe('a.json:16 offset 16')
})

it('names a record without a line by its offset, and says when there is no origin', () => {
  expect(renderOrigin(origin(16))).toBe('a.json#16')
  expect(renderOrigin({ source: 's', partition: '', offset: 3, line: undefined })).toBe('s#3')
  expect(renderOrigin({ ...origin(1690), unit: 'bytes' })).toBe('a.json byte 1690')
  expect(renderOrigin(undefined)).toBe('without origin')
})
