import { deserialize, serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromColumns, toColumns } from './columns.ts'

const again = (items: readonly unknown[]): unknown[] =>
  fromColumns(deserialize(serialize(toColumns(items))))

describe('toColumns', () => {
  it('says what items have in common once', () => {
    const columns = toColumns([
      { key: ['a'], data: { sum: 1, count: 2 }, time: undefined },
      { key: ['b'], data: { sum: 3, count: 4 }, time: undefined },
    ])

    expect(columns).toEqual({
      kind: 'objects',
      fields: ['key', 'data', 'time'],
      columns: [
        { kind: 'lists', columns: [{ kind: 'items', items: ['a', 'b'] }] },
        {
          kind: 'objects',
          fields: ['sum', 'count'],
          columns: [
            { kind: 'numbers', values: Float64Array.of(1, 3) },
            { kind: 'numbers', values: Float64Array.of(2, 4) },
          ],
        },
        { kind: 'same', count: 2, value: undefined },
      ],
    })
  })

  it.each([
    ['numbers that JSON does not know', [-0, Number.NaN, Number.NEGATIVE_INFINITY, 0.1]],
    ['nothing', []],
    ['a field that is undefined, and one that is absent', [{ a: undefined }, {}]],
    [
      'objects whose fields stand in another order',
      [
        { a: 1, b: 2 },
        { b: 1, a: 2 },
      ],
    ],
    ['lists of several lengths', [[1], [1, 2], []]],
    ['empty objects', [{}, {}]],
    ['maps, dates, sets and large numbers', [new Map([[1n, new Date(5)]]), new Set(['a'])]],
    ['equal objects', [{ a: { b: 1 } }, { a: { b: 1 } }]],
    ['a field called __proto__', [JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":2}')]],
  ])('keeps %s', (_, items) => {
    expect(again(items)).toStrictEqual(items)
    expect(again(items).map((item) => Object.keys(item as object))).toEqual(
      items.map((item) => Object.keys(item as object)),
    )
  })

  it('keeps lists with holes, and data that holds itself', () => {
    const holed: number[] = [1]
    holed[2] = 3
    const holes = [holed, [4, 5, 6]]
    const self: { name: string; me?: unknown } = { name: 'a' }
    self.me = self

    expect(again(holes)).toStrictEqual(holes)
    const [found] = again([self]) as [typeof self]
    expect(found.name).toBe('a')
    expect(Object.keys(found)).toEqual(['name', 'me'])
  })

  it('keeps whatever can be cloned', () => {
    const value = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true })
    const alike = fc.record({ key: fc.array(value, { maxLength: 2 }), data: value, time: value })

    fc.assert(
      fc.property(fc.array(fc.oneof(value, alike)), (items) => {
        expect(again(items)).toStrictEqual(deserialize(serialize(items)))
      }),
      { numRuns: 200 },
    )
  })
})
