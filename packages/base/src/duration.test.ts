import fc from 'fast-check'
import { expect, it } from 'vitest'

import { formatDuration, parseDuration } from './duration.ts'

it.each([
  ['250ms', 250],
  ['1.5s', 1500],
  ['1h30m', 5_400_000],
  ['2w', 1_209_600_000],
  ['1d1ms', 86_400_001],
  ['0s', 0],
])('reads %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

it.each(['', '5', '5 s', 's', '30m1h', '1s1s', '1S', '-1s', '1h,', '1e3s', 'x1s'])(
  'refuses %j',
  (text) => {
    expect(parseDuration(text)).toBeUndefined()
  },
)

it.each([
  [0, '0ms'],
  [5_400_000, '1h30m'],
  [1_209_600_000, '14d'],
  [1.5, '1.5ms'],
  [-90_000, '-1m30s'],
  [Infinity, 'Infinityms'],
])('writes %d ms as a text', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

it('reads back what it wrote', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000_000_000 }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms)
    }),
  )
})
