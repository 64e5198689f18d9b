import fc from 'fast-check'
import { expect, it } from 'vitest'

import { formatSize, parseSize } from './size.ts'

it.each([
  ['64kB', 64_000],
  ['64KB', 64_000],
  ['1MiB', 1_048_576],
  ['1.5GB', 1_500_000_000],
  ['2tib', 2_199_023_255_552],
  ['0B', 0],
])('reads %s', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})

it.each(['', '5', '5 kB', 'kB', '1k', '-1B', '99999999TB'])('refuses %j', (text) => {
  expect(parseSize(text)).toBeUndefined()
})

it.each([
  [0, '0B'],
  [999, '999B'],
  [64_000, '64kB'],
  [1_048_576, '1MiB'],
  [35_234_567, '35.2MB'],
])('writes %d bytes as a text', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text)
})

it('reads back whole numbers of a unit exactly', () => {
  const units = fc.constantFrom(1000, 1024, 1_000_000, 1_048_576, 1_000_000_000, 1_073_741_824)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999 }), units, (count, unit) => {
      expect(parseSize(formatSize(count * unit))).toBe(count * unit)
    }),
  )
})

it('reads back any size to within five percent', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (bytes) => {
      expect(Math.abs((parseSize(formatSize(bytes)) ?? 0) - bytes)).toBeLessThanOrEqual(
        bytes * 0.05,
      )
    }),
  )
})
