import { expect, it } from 'vitest'
import { KeptBlocks } from './kept-blocks.ts'

const blocks = (count: number): Uint8Array[] =>
  Array.from({ length: count }, () => new Uint8Array(1))

it('drops the blocks of changes that are not needed any more, and all where a stage begins anew', () => {
  const kept = new KeptBlocks()

  const first = kept.write('a', { number: 1, since: 1 }, blocks(3))
  const second = kept.write('a', { number: 2, since: 1 }, blocks(2))
  const other = kept.write('b', { number: 1, since: 1 }, blocks(1))
  const third = kept.write('a', { number: 3, since: 3 }, blocks(1))
  const again = kept.write('a', { number: 1, since: 1 }, blocks(4))

  expect(first).toEqual({ blocks: blocks(3), replace: true })
  expect(second).toEqual({ blocks: blocks(2), drop: 0 })
  expect(other).toEqual({ blocks: blocks(1), replace: true })
  expect(third).toEqual({ blocks: blocks(1), drop: 5 })
  expect(again).toEqual({ blocks: blocks(4), replace: true })
})

it('refuses changes that do not follow those before', () => {
  const kept = new KeptBlocks()
  kept.write('a', { number: 1, since: 1 }, blocks(1))

  expect(() => kept.write('a', { number: 3, since: 1 }, blocks(1))).toThrow('missing')
})
