import { expect, test } from 'vitest'
import { unreadValues } from './unread-values.ts'

const lines = Buffer.from('{"a":1}\n{"a":"é"}\n')

function values() {
  let looks = 0
  const made: unknown[] = [{ a: 0 }, undefined, undefined]
  const raw = { bytes: [lines, lines, lines], from: [0, 0, 8], to: [0, 7, 18] }
  const unread = unreadValues(made, raw, () => looks++)
  return { unread, made, looks: () => looks }
}

test('how many there are can be asked without making them', () => {
  const { looks, made, unread } = values()

  expect(unread.length).toBe(3)
  expect(looks()).toBe(0)
  expect(made[1]).toBeUndefined()
})

test('who looks at one finds all, once made, and those that were made before as they are', () => {
  const { looks, made, unread } = values()
  const [first] = made

  expect(unread[2]).toEqual({ a: 'é' })
  expect([...unread]).toEqual([{ a: 0 }, { a: 1 }, { a: 'é' }])
  expect(unread[0]).toBe(first)
  expect(unread.slice(1)).toEqual([{ a: 1 }, { a: 'é' }])
  expect(looks()).toBe(1)
})

test('what is added behind them leaves them as they are', () => {
  const { unread } = values()

  const grown = unread as unknown[]
  grown.push('more')

  expect(grown).toEqual([{ a: 0 }, { a: 1 }, { a: 'é' }, 'more'])
})
