import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { expect, it } from 'vitest'
import { growYoungGeneration } from './young-generation.ts'

function youngBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
  return space?.space_size ?? 0
}

it('stops to grow once a half has 4 MB, however much is made and kept', async () => {
  growYoungGeneration()

  const kept: object[][] = []
  for (let round = 0; round < 200; round++) {
    kept.push(Array.from({ length: 5000 }, (_, n) => ({ n, round })))
    await new Promise((resolve) => void setImmediate(resolve))
  }

  expect(kept).toHaveLength(200)
  // Other tests of this process may have grown it before; from here on it does not double any more.
  const before = youngBytes()
  for (let round = 0; round < 200; round++)
    kept[round] = Array.from({ length: 5000 }, (_, n) => ({ n }))
  expect(youngBytes()).toBeLessThanOrEqual(before)
  setFlagsFromString('--semi-space-growth-factor=2')
})
