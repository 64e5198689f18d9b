import { expect, it } from 'vitest'
import { virtual } from '../streams.test-support.ts'

it('10 messages in windows of 2 are 5 windows of 2', async () => {
  const { open } = virtual()
  const stream = await open<number>('numbers')
  for (let n = 0; n < 10; n++) void stream.append(n)
  await stream.end()
  const seen: (readonly number[])[] = []

  const counts = await stream.consume((window) => void seen.push(window.values), { size: 2 })

  expect(seen).toEqual([
    [0, 1],
    [2, 3],
    [4, 5],
    [6, 7],
    [8, 9],
  ])
  expect(counts).toEqual({ done: 5, failed: 0, dead: 0 })
})
