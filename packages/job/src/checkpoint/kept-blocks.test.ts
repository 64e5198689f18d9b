import { expect, it } from 'vitest'
import type { SectionWrite } from '@millrace/store'
import { KeptBlocks } from './kept-blocks.ts'

/** A commit that is durable. */
const write = (kept: KeptBlocks, ...args: Parameters<KeptBlocks['write']>): SectionWrite => {
  const written = kept.write(...args)
  kept.settle()
  return written
}

const blocks = (count: number): Uint8Array[] =>
  Array.from({ length: count }, () => new Uint8Array(1))

it('drops the blocks of changes that are not needed any more, and all where a stage begins anew', () => {
  const kept = new KeptBlocks()

  const first = write(kept, 'a', { number: 1, since: 1 }, blocks(3))
  const second = write(kept, 'a', { number: 2, since: 1 }, blocks(2))
  const other = write(kept, 'b', { number: 1, since: 1 }, blocks(1))
  const third = write(kept, 'a', { number: 3, since: 3 }, blocks(1))
  const again = write(kept, 'a', { number: 1, since: 1 }, blocks(4))

  expect(first).toEqual({ blocks: blocks(3), replace: true })
  expect(second).toEqual({ blocks: blocks(2), drop: 0 })
  expect(other).toEqual({ blocks: blocks(1), replace: true })
  expect(third).toEqual({ blocks: blocks(1), drop: 5 })
  expect(again).toEqual({ blocks: blocks(4), replace: true })
})

it('goes on from the blocks that it is told of, and forgets a commit that was not durable', () => {
  const kept = new KeptBlocks()
  kept.found('a', [
    { number: 7, blocks: 3 },
    { number: 8, blocks: 2 },
  ])

  const failed = kept.write('a', { number: 9, since: 8 }, blocks(5))
  const again = write(kept, 'a', { number: 9, since: 8 }, blocks(1))
  const next = write(kept, 'a', { number: 10, since: 10 }, blocks(1))

  expect(failed).toEqual({ blocks: blocks(5), drop: 3 })
  expect(again).toEqual({ blocks: blocks(1), drop: 3 })
  expect(next).toEqual({ blocks: blocks(1), drop: 3 })
})

it('refuses changes that do not follow those before', () => {
  const kept = new KeptBlocks()
  write(kept, 'a', { number: 1, since: 1 }, blocks(1))

  expect(() => kept.write('a', { number: 3, since: 1 }, blocks(1))).toThrow('missing')
})
