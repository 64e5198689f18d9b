import { expect, it } from 'vitest'
import { list } from './list.ts'

it('list keeps values in the order of arrival, and what it handed out stays as it was', () => {
  const first = list.create([])
  list.add(first, 'a')
  list.add(first, 2)
  const before = list.result(first)
  const second = list.create([])
  list.add(second, { b: 1 })

  const both = list.merge(first, second)
  list.add(first, 'late')

  expect(before).toStrictEqual(['a', 2])
  expect(list.result(both)).toStrictEqual(['a', 2, { b: 1 }])
  expect(list.result(list.create([]))).toStrictEqual([])
})
