import { expect, it } from 'vitest'
import type { StageContext } from './context.ts'
import { inTurns } from './in-turns.ts'

const context: StageContext = {
  watermark: 0,
  signal: new AbortController().signal,
  emit() {},
  fail() {},
}

it('does about a thousand at a time, then begins with the next watermark', () => {
  const begun: number[] = []
  let steps = 0
  const onWatermark = inTurns((watermark) => {
    begun.push(watermark)
    return (function* () {
      for (let step = 0; step < 5; step++) yield (steps++, 500)
    })()
  })
  const calls = [10, 10, 20, 20].map((watermark) => [onWatermark(watermark, context), steps])

  expect(calls).toEqual([
    [true, 3],
    [false, 5],
    [true, 8],
    [false, 10],
  ])
  expect(begun).toEqual([10, 20])
})

it('asks again with each watermark where there is nothing to do', () => {
  const begun: number[] = []
  const onWatermark = inTurns((watermark) => void begun.push(watermark))

  expect([1, 2].map((watermark) => onWatermark(watermark, context))).toEqual([false, false])
  expect(begun).toEqual([1, 2])
})
