import { expect, it } from 'vitest'
import { RowLayout } from './row-layout.ts'
import { readRow, shifted } from './row-shape.ts'

it('tells a row as the data that the accumulators of a layout are', () => {
  const layouts = [
    new RowLayout(() => ({ count: 0, sum: 0 })),
    new RowLayout<unknown>(() => [{ count: 1 }, { min: 2, max: 3 }]),
  ]

  const told = layouts.map((layout) => {
    const store = layout.store(2)
    layout.make(store, 1)
    const { shape, width } = layout
    return shape === undefined ? undefined : readRow(shape, store.numbers, width)
  })

  expect(told).toEqual([{ count: 0, sum: 0 }, [{ count: 1 }, { min: 2, max: 3 }]])
})

it('knows no shape for accumulators that are more than numbers', () => {
  expect(new RowLayout<unknown>(() => [{ count: 1 }, new Map()]).shape).toBeUndefined()
})

it('tells NaN as null where it stands for nothing, and reads further on where it is told to', () => {
  const shape = { fields: [['wakes', { orNull: 0 }] as const, ['value', { list: [1] }] as const] }

  expect(readRow(shape, Float64Array.of(NaN, NaN), 0)).toEqual({ wakes: null, value: [NaN] })
  expect(readRow(shifted(shape, 1), Float64Array.of(0, 5, 6), 0)).toEqual({ wakes: 5, value: [6] })
})

it('gives a field of any name', () => {
  const told = readRow({ fields: [['__proto__', 0]] }, Float64Array.of(7), 0)

  expect(Object.entries(told as object)).toEqual([['__proto__', 7]])
})
