import { expect, it } from 'vitest'
import { durationFaults } from './duration-faults.ts'

it.each([
  ['soon', 'must be a length of time with a unit; got "soon".'],
  ['10', 'must be a length of time with a unit; got "10".'],
  ['-5m', 'must be a length of time with a unit; got "-5m".'],
  ['0s', 'must be a length of time above 0; got "0s".'],
  ['0.5ms', 'must be a whole number of milliseconds; got "0.5ms".'],
  [`${'9'.repeat(20)}w`, `must be a whole number of milliseconds; got "${'9'.repeat(20)}w".`],
])('%s is told with what was expected', (text, message) => {
  const hint = 'Write a number with a unit, such as 10s or 5m.'

  expect(durationFaults(['emit', 'every'], text)).toEqual([
    { path: ['emit', 'every'], message, hint },
  ])
})

it('takes whole milliseconds, nothing at all, and zero where that is enough', () => {
  expect(durationFaults(['within'], '1ms')).toEqual([])
  expect(durationFaults(['within'], '1h30m')).toEqual([])
  expect(durationFaults(['within'], undefined)).toEqual([])
  expect(durationFaults(['within'], '0s', 0)).toEqual([])
})
