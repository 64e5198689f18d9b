import { expect, it } from 'vitest'
import { list } from './list.ts'

it('list keeps values by event time, and what it handed out stays as it was', () => {
  const first = list.create([])
  list.add(first, 'a', 10)
  list.add(first, 2, 10)
  const before = list.result(first)
  const second = list.create([])
  list.add(second, { b: 1 }, 5)

  const both = list.merge(first, second)
  list.add(first, 'late', 1)

  expect(before).toStrictEqual(['a', 2])
  expect(list.result(both)).toStrictEqual([{ b: 1 }, 'a', 2])
  expect(list.result(first)).toStrictEqual(['late', 'a', 2])
  expect(list.result(list.create([]))).toStrictEqual([])
})
