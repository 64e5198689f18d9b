import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchRecords } from './match-records.ts'

const inOrder = { match: 'contains', order: 'given' } as const
const anyOrder = { match: 'contains', order: 'any' } as const
const record = fc.record({ a: fc.integer({ min: 0, max: 2 }), b: fc.integer({ min: 0, max: 1 }) })
const pattern = fc.oneof(
  record,
  record.map(({ a }) => ({ a })),
  record.map(({ b }) => ({ b })),
  fc.constant({}),
)
const few = { maxLength: 5 }

describe('records against what is expected of them', () => {
  it.each([
    [{ a: 1 }, { a: 1, b: 2 }, true, false],
    [{ a: { b: 1 } }, { a: { b: 1, c: 2 } }, true, false],
    [{ a: [1] }, { a: [1, 2] }, false, false],
    [{ a: [{ b: 1 }] }, { a: [{ b: 1, c: 2 }] }, true, false],
    [{ a: null }, {}, false, false],
    [{ toString: 1 }, {}, false, false],
    [{}, [], false, false],
    [1, '1', false, false],
    [null, null, true, true],
    [{ a: 1 }, { a: 1 }, true, true],
  ])('%j expected and %j got: contains %s, equals %s', (expected, got, contains, equals) => {
    const isMet = (match: 'contains' | 'equals') =>
      matchRecords([expected], [got], { match, order: 'given' }).every(
        ({ kind }) => kind === 'same',
      )

    expect([isMet('contains'), isMet('equals')]).toEqual([contains, equals])
  })

  it('in order: all lines give both lists back, and no other way has more that are the same', () => {
    fc.assert(
      fc.property(fc.array(pattern, few), fc.array(record, few), (expected, got) => {
        const lines = matchRecords(expected, got, inOrder)

        const came = lines.filter(({ kind }) => kind !== 'missing').map((line) => line.record)
        const same = lines.filter(({ kind }) => kind === 'same').length
        const missing = lines.filter(({ kind }) => kind === 'missing').length
        expect(came).toEqual(got)
        expect(same + missing).toBe(expected.length)
        expect(same).toBe(mostInOrder(expected, got))
      }),
    )
  })

  it('in any order: as many pairs as the best of all assignments', () => {
    fc.assert(
      fc.property(fc.array(pattern, few), fc.array(record, few), (expected, got) => {
        const lines = matchRecords(expected, got, anyOrder)

        const count = (kind: string) => lines.filter((line) => line.kind === kind).length
        const most = mostInAnyOrder(expected, got)
        expect(count('same')).toBe(most)
        expect(count('missing')).toBe(expected.length - most)
        expect(count('unexpected')).toBe(got.length - most)
      }),
    )
  })
})

const fits = (expected: object, got: object): boolean =>
  Object.entries(expected).every(([name, value]) => got[name as never] === value)

/** By trying everything. */
function mostInOrder(expected: readonly object[], got: readonly object[]): number {
  const [first, ...rest] = expected
  if (first === undefined) return 0
  const without = mostInOrder(rest, got)
  const withIt = got.map((record, index) =>
    fits(first, record) ? 1 + mostInOrder(rest, got.slice(index + 1)) : 0,
  )
  return Math.max(without, ...withIt)
}

function mostInAnyOrder(expected: readonly object[], got: readonly object[]): number {
  const [first, ...rest] = expected
  if (first === undefined) return 0
  const without = mostInAnyOrder(rest, got)
  const withIt = got.map((record, index) =>
    fits(first, record) ? 1 + mostInAnyOrder(rest, got.toSpliced(index, 1)) : 0,
  )
  return Math.max(without, ...withIt)
}
