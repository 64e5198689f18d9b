import { describe, expect, it } from 'vitest'
import { retains } from './retains.ts'
import { windowSchema } from './window-parameters.ts'

const said = (parameters: Record<string, unknown>): string =>
  retains(windowSchema.parse({ aggregate: { n: 'count()' }, ...parameters }))

describe('a window stage says what it keeps, and when it lets go of it', () => {
  it.each([
    [
      { tumbling: '1m' },
      'It keeps the values of each key and window of 1m, and lets go of a window when the watermark has passed its end.',
    ],
    [
      { tumbling: '1m', lateness: '0.5s', empty: 3 },
      'It keeps the values of each key and window of 1m, and lets go of a window when the watermark has passed its end by 0.5s. It knows a key until that has given 3 empty windows in a row.',
    ],
    [
      { sliding: { size: '1m', every: '10s' } },
      'It keeps the values of each key and 10s in the last 1m, and lets go of them when the watermark has passed the end of their last window.',
    ],
    [
      { cumulate: { size: '1d', step: '1h' }, lateness: '5m' },
      'It keeps the values of each key and step of 1h in the last 1d, and lets go of them when the watermark has passed their end by 5m.',
    ],
    [
      { session: '1m' },
      'It keeps the values of each open session, and lets go of one when the watermark has passed its end: 1m behind its last record.',
    ],
    [
      { count: 10 },
      'It keeps the values of one window per key until that has 10 records; keys that fall silent keep theirs until the input is over.',
    ],
    [
      { count: 10, maxWait: '5s' },
      'It keeps the values of one window per key until that has 10 records, or the watermark is 5s past its first record.',
    ],
    [{ global: true }, 'It keeps the values of each key until the input is over.'],
  ])('%j', (parameters, expected) => {
    expect(said(parameters)).toBe(expected)
  })
})
