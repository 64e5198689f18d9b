import { expect, it } from 'vitest'

import { nearestName } from './nearest-name.ts'

it.each([
  ['latness', ['size', 'lateness'], 'lateness'],
  ['fitler', ['file', 'filter', 'map'], 'filter'],
  ['Pipeline', ['pipeline'], 'pipeline'],
  ['onerror', ['onError', 'errors'], 'onError'],
  ['bz', ['by', 'id'], 'by'],
])('finds the name meant by %s', (name, candidates, nearest) => {
  expect(nearestName(name, candidates)).toBe(nearest)
})

it('finds nothing when no name is close', () => {
  expect(nearestName('window', ['map', 'filter', 'aggregate'])).toBeUndefined()
  expect(nearestName('window', [])).toBeUndefined()
})

it('takes the first of equally close names', () => {
  expect(nearestName('bat', ['cat', 'hat'])).toBe('cat')
})
