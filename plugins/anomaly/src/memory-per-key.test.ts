import { createRandom } from '@millrace/base'
import { expect, it } from 'vitest'
import { anomalySchema } from './anomaly-parameters.ts'
import { bufferBytes } from './buffer-bytes.test-support.ts'
import { judgePlan } from './judge-plan.ts'
import type { Judge } from './judge/judge.ts'

const random = createRandom(4)
const normal = (): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

const streams = {
  noise: () => normal(),
  'a wave': (index: number) => 50 + 10 * Math.sin(index / 46) + 2 * normal(),
  counts: () => Math.max(0, Math.round(3 + 2 * normal())),
  'a level that seldom changes': (index: number) => (index % 500 < 3 ? normal() : 5),
  'a random walk': (
    (value: number) => () =>
      (value += normal())
  )(0),
}

function judgeOf(points: number, value: (index: number) => number): Judge {
  const plan = judgePlan(anomalySchema.parse({ field: 'value' }))
  if ('problem' in plan) throw new Error(plan.problem)
  const judge = plan.create()
  const point = new Float64Array(1)
  for (let index = 0; index < points; index++) {
    point[0] = value(index)
    judge.judge(point, index * 60_000)
  }
  return judge
}

it('finds buffers in private fields, each once', () => {
  class Holder {
    readonly #own = new Float64Array(100)
    readonly #view = this.#own.subarray(50)
    readonly #others = [new Uint8Array(7), { deep: new Float32Array(2) }]

    get all(): readonly unknown[] {
      return [this.#own, this.#view, this.#others]
    }
  }
  const holder = new Holder()

  expect(bufferBytes(holder)).toBe(815)
  expect(bufferBytes([holder, holder.all, holder])).toBe(815)
})

// What is no buffer is about 12,000 bytes more, so that a key has less than 64 KB.
it.for(Object.entries(streams))(
  'keeps at most 52,000 bytes of numbers of a key, of %s',
  ([, value]) => {
    const bytes = bufferBytes(judgeOf(10_000, value))

    expect(bytes).toBeLessThan(52_000)
    expect(bytes).toBeGreaterThan(15_000)
  },
)

it('keeps little of a key that has few points yet', () => {
  const bytesOf = (points: number): number => bufferBytes(judgeOf(points, streams.noise))

  expect(bytesOf(10)).toBeLessThan(1500)
  expect(bytesOf(320)).toBeLessThan(12_000)
})
