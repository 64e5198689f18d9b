import { expect, it } from 'vitest'
import {
  formatBytes,
  formatBytesOf,
  formatClock,
  formatCount,
  formatElapsed,
  plural,
} from './quantity.ts'

it('groups digits by three', () => {
  expect([0, 999, 1000, 1234567.4].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567'])
})

it('puts the plural where it belongs', () => {
  expect([plural(1, 'record'), plural(2000, 'record'), plural(0, 'fault')]).toEqual([
    '1 record',
    '2,000 records',
    '0 faults',
  ])
})

it('shows bytes in the largest unit that leaves at most three digits', () => {
  expect([0, 999, 1000, 12_345, 999_600, 2_000_000_000].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '12.3 kB',
    '1.0 MB',
    '2.0 GB',
  ])
})

it('shows bytes of all bytes in the unit of these', () => {
  expect(formatBytesOf(12_400_000, 80_000_000)).toBe('12.4 of 80.0 MB')
  expect(formatBytesOf(900, 5200)).toBe('0.9 of 5.2 kB')
  expect(formatBytesOf(0, 0)).toBe('0 of 0 B')
})

it('shows spans as people say them', () => {
  expect([85, 999.6, 2410, 59_999, 65_000, 7_384_000].map(formatElapsed)).toEqual([
    '85 ms',
    '1.00 s',
    '2.41 s',
    '1:00 min',
    '1:05 min',
    '2:03:04 h',
  ])
})

it('shows spans as a clock does', () => {
  expect([0, 7000, 754_000, 3_723_000].map(formatClock)).toEqual([
    '0:00',
    '0:07',
    '12:34',
    '1:02:03',
  ])
})
