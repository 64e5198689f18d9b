import { expect, it } from 'vitest'
import { window } from './window.ts'
import { windowSchema } from './window-parameters.ts'

const aggregate = { n: 'count()', total: 'sum(x)' }

it.each([
  { tumbling: '10ms' },
  { sliding: { size: '12ms', every: '5ms' } },
  { cumulate: { size: '12ms', step: '4ms' }, lateness: '2ms' },
])('comes in two halves with %o', (kind) => {
  expect(window.combined?.(windowSchema.parse({ aggregate, ...kind }))).toBeDefined()
})

it.each([
  { session: '10ms' },
  { count: 5 },
  { global: true },
  { tumbling: '10ms', relaxed: true },
  { tumbling: '10ms', empty: true },
  { tumbling: '10ms', emit: 'update' },
  { tumbling: '10ms', aggregate: { all: 'list(x)' } },
])('is one piece with %o', (kind) => {
  expect(window.combined?.(windowSchema.parse({ aggregate, ...kind }))).toBeUndefined()
})
